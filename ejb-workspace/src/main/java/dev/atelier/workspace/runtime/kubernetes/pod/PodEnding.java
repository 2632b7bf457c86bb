// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static dev.atelier.workspace.runtime.kubernetes.pod.PodView.text;

import dev.atelier.workspace.content.agent.AgentResult;
import dev.atelier.workspace.domain.Observation.Disposal;
import dev.atelier.workspace.domain.Observation.Exit;
import dev.atelier.workspace.domain.Observation.SaveState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/** How a pod that has ended came to that, and what became of its content. Pure. */
final class PodEnding {
  private final PodView pod;
  private final boolean nodeGone;
  private final Optional<ContainerStateTerminated> main;
  private final Optional<ContainerStatus> keeper;

  PodEnding(PodView pod, boolean nodeGone) {
    this.pod = pod;
    this.nodeGone = nodeGone;
    this.main = pod.container(PodNames.WORKSPACE).flatMap(PodView::end);
    this.keeper = pod.container(PodNames.KEEPER);
  }

  Exit exit(Instant now) {
    if (nodeGone) {
      Exit.Cause cause = pod.claim().isPresent() ? Exit.Cause.NODE_LEFT : Exit.Cause.NODE_LOST;
      String kept =
          pod.claim().map(claim -> "its content is kept in volume claim " + claim).orElse("");
      return new Exit(cause, OptionalInt.empty(), now, kept);
    }
    Instant at =
        main.flatMap(one -> PodView.instant(one.getFinishedAt()))
            .or(pod::deletionAsked)
            .orElse(now);
    OptionalInt code =
        main.map(one -> OptionalInt.of(one.getExitCode())).orElse(OptionalInt.empty());
    String words = text(pod.status().getMessage());
    if ("Evicted".equals(pod.status().getReason()) || preempted()) {
      return new Exit(Exit.Cause.EVICTED, code, at, words.isEmpty() ? disruption() : words);
    }
    if (rejected()) {
      String why = text(pod.status().getReason()) + (words.isEmpty() ? "" : ": " + words);
      return new Exit(Exit.Cause.REJECTED, OptionalInt.empty(), at, why);
    }
    if (pod.deleted() && told(at)) {
      return new Exit(Exit.Cause.DELETED, code, at, "");
    }
    // Of a child that was killed long ago the runtime tells too.
    boolean memory =
        main.map(one -> "OOMKilled".equals(one.getReason()) && one.getExitCode() == 137)
            .orElse(false);
    Exit.Cause cause = memory ? Exit.Cause.OUT_OF_MEMORY : Exit.Cause.EXITED;
    return new Exit(cause, code, at, main.map(one -> text(one.getMessage())).orElse(words));
  }

  /** The keeper knows best: when all is over, the time of the deletion may be overwritten. */
  private boolean told(Instant at) {
    return pod.report()
        .flatMap(KeeperReport::told)
        .orElseGet(() -> !at.isBefore(pod.deletionAsked().orElse(Instant.MAX)));
  }

  private String disruption() {
    return pod.condition("DisruptionTarget").map(one -> text(one.getMessage())).orElse("");
  }

  private boolean preempted() {
    return pod.condition("DisruptionTarget")
        .filter(one -> "True".equals(one.getStatus()))
        .isPresent();
  }

  /** A kubelet that does not take a pod says so before it starts anything. */
  private boolean rejected() {
    return "Failed".equals(pod.status().getPhase())
        && !pod.ran()
        && !text(pod.status().getReason()).isEmpty()
        && !pod.deleted();
  }

  Disposal disposal() {
    Optional<ContainerStateTerminated> end = keeper.flatMap(PodView::end);
    if (pod.snapshotClass().isPresent() && (nodeGone || end.isPresent() || pod.over())) {
      // A snapshot of the volume is asked for now.
      return Disposal.NONE;
    }
    if (nodeGone) {
      return failed("the node of the instance is gone");
    }
    if (end.isEmpty() && !pod.over()) {
      return keeper.flatMap(PodView::running).isPresent() ? underWay() : Disposal.NONE;
    }
    Optional<AgentResult> report = pod.report();
    if (report.isPresent()) {
      AgentResult told = report.get();
      return told.outcome() == AgentResult.Outcome.DONE
          ? new Disposal(SaveState.COMPLETE, KeeperReport.url(told), Optional.empty(), "")
          : failed(told.message());
    }
    return failed(
        end.map(
                one ->
                    "what saves it ended with code %d%s"
                        .formatted(
                            one.getExitCode(),
                            "OOMKilled".equals(one.getReason()) ? ", out of memory" : ""))
            .orElse("what saves it was not there any more"));
  }

  private Disposal underWay() {
    String where =
        "its content is saved from pod %s on node %s".formatted(pod.name(), pod.node().orElse(""));
    return new Disposal(SaveState.RUNNING, "", Optional.empty(), where);
  }

  private static Disposal failed(String message) {
    return new Disposal(SaveState.FAILED, "", Optional.empty(), message);
  }
}
