// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static dev.atelier.workspace.runtime.kubernetes.pod.PodView.text;

import dev.atelier.workspace.content.agent.AgentResult;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Disposal;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.RuntimeInfo;
import dev.atelier.workspace.domain.StopPolicy;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What is seen of an instance by its pod, the node of it, and what events say. Pure. */
final class PodObservation {
  private static final int FAILED_STARTS = 5;

  /** From a deletion until the static init has surely ended all that ran: the longest grace. */
  private static final Duration ENDED_AFTER = StopPolicy.NORMALLY.grace().plusSeconds(5);

  private final PodView pod;
  private final PodImages images;
  private final PodEnding ending;
  private final Optional<Node> node;
  private final boolean nodeGone;
  private final Instant now;
  private final Optional<ContainerStatus> main;
  private final Optional<AgentResult> report;

  private PodObservation(
      Pod pod, Optional<Node> node, boolean nodeGone, PodEvents events, Instant now) {
    this.pod = new PodView(pod);
    this.node = node;
    this.nodeGone = nodeGone || collected(this.pod);
    this.images = new PodImages(this.pod, events);
    this.ending = new PodEnding(this.pod, this.nodeGone);
    this.now = now;
    this.main = this.pod.container(PodNames.WORKSPACE);
    this.report = this.pod.report();
  }

  /**
   * What is seen.
   *
   * @param node of the pod; empty: not placed, or not known
   * @param nodeGone whether the node it was placed on is known not to be there any more
   */
  static Observation of(
      Pod pod, Optional<Node> node, boolean nodeGone, PodEvents events, Instant now) {
    return new PodObservation(pod, node, nodeGone, events, now).seen();
  }

  /** A pod whose node is gone is collected by the control plane, whoever sees the node go. */
  private static boolean collected(PodView pod) {
    return pod.condition("DisruptionTarget")
        .filter(one -> "True".equals(one.getStatus()))
        .filter(one -> "DeletionByPodGC".equals(one.getReason()))
        .isPresent();
  }

  private Observation seen() {
    Stage stage = stage();
    boolean placed = pod.node().isPresent();
    boolean ended = stage == Stage.ENDED;
    return Observation.ABSENT.with(
        o ->
            o.stage(stage)
                .contentReady(contentReady(stage))
                .ready(stage == Stage.STARTED && main.map(ContainerStatus::getReady).orElse(false))
                .interrupted(placed && !nodeGone && !node.map(PodObservation::ready).orElse(true))
                .pullingImages(stage == Stage.CREATING && images.pulling())
                .networkNotReady(node.map(PodObservation::networkNotReady).orElse(false))
                .runtime(runtime())
                .message(message(stage))
                .note(report.map(KeeperReport::note).orElse(""))
                .failure(failure(stage))
                .exit(ended ? Optional.of(ending.exit(now)) : Optional.empty())
                .captures(report.map(KeeperReport::captures).orElse(List.of()))
                .disposal(ended || pod.deleted() ? ending.disposal() : Disposal.NONE)
                .initializerMetrics(
                    report.map(KeeperReport::metrics).orElse(InitializerMetrics.NONE))
                .repo(report.flatMap(KeeperReport::repo))
                .image(images.sizes(node)));
  }

  private Stage stage() {
    if (nodeGone || pod.over() || main.flatMap(PodView::end).isPresent() || longDeleted()) {
      return Stage.ENDED;
    }
    if (pod.node().isEmpty()) {
      return pod.deleted() ? Stage.ENDED : Stage.WAITING;
    }
    if (main.flatMap(PodView::running).isEmpty()) {
      return Stage.CREATING;
    }
    return started() ? Stage.STARTED : Stage.INITIALIZING;
  }

  /** Of a deleted pod the kubelet does not tell that a container has ended before all have. */
  private boolean longDeleted() {
    return pod.running(PodNames.KEEPER)
        && node.map(PodObservation::ready).orElse(false)
        && endsSurely(pod).map(at -> !now.isBefore(at)).orElse(false);
  }

  /** When a pod that is being deleted has certainly no process left but its keeper's. */
  static Optional<Instant> endsSurely(PodView pod) {
    return pod.deletionAsked().map(at -> at.plus(ENDED_AFTER));
  }

  private boolean started() {
    return main.map(ContainerStatus::getStarted).orElse(false);
  }

  /** Of one that has ended nobody may have seen that it was ready: then its keeper knows. */
  private boolean contentReady(Stage stage) {
    if (stage != Stage.ENDED) {
      return started();
    }
    if (report.isPresent()) {
      return KeeperReport.contentReady(report.get());
    }
    return main.flatMap(PodView::end)
        .map(
            end ->
                end.getStartedAt() != null
                    && !"StartError".equals(end.getReason())
                    && !text(end.getMessage()).startsWith("content was not ready")
                    && contentFailed().isEmpty())
        .orElseGet(this::started);
  }

  private RuntimeInfo runtime() {
    return pod.node()
        .map(name -> new RuntimeInfo(name, pod.name(), text(pod.status().getHostIP())))
        .filter(place -> !place.nodeIp().isEmpty())
        .orElse(RuntimeInfo.NONE);
  }

  private static Stream<NodeCondition> conditions(Node node) {
    return node.getStatus() == null
        ? Stream.empty()
        : Stream.ofNullable(node.getStatus().getConditions()).flatMap(List::stream);
  }

  static boolean ready(Node node) {
    return conditions(node)
        .filter(condition -> condition.getType().equals("Ready"))
        .allMatch(condition -> condition.getStatus().equals("True"));
  }

  private static boolean networkNotReady(Node node) {
    return conditions(node)
        .anyMatch(
            condition ->
                (condition.getType().equals("NetworkUnavailable")
                        && condition.getStatus().equals("True"))
                    || (condition.getType().equals("Ready")
                        && !condition.getStatus().equals("True")
                        && text(condition.getMessage()).contains("NetworkReady=false")));
  }

  private String message(Stage stage) {
    return switch (stage) {
      case WAITING ->
          pod.condition("PodScheduled")
              .filter(one -> one.getStatus().equals("False"))
              .map(one -> text(one.getMessage()))
              .orElse("");
      case CREATING -> images.message();
      case INITIALIZING -> "its content is being made";
      case ABSENT, STARTED, ENDED -> "";
    };
  }

  /** Why it can never run; empty when it may, or has. */
  private String failure(Stage stage) {
    Optional<String> content =
        contentFailed().map(words -> "Content initialization failed: " + words);
    if (content.isPresent() || stage == Stage.ENDED) {
      return content.orElse("");
    }
    return images.failure(now).or(this::keeperFailed).orElse("");
  }

  private Optional<String> contentFailed() {
    return report
        .filter(one -> !KeeperReport.contentReady(one))
        .filter(one -> one.outcome() != AgentResult.Outcome.DONE)
        .map(AgentResult::message);
  }

  private Optional<String> keeperFailed() {
    if (started()) {
      return Optional.empty();
    }
    return pod.first()
        .filter(one -> one.getRestartCount() != null && one.getRestartCount() >= FAILED_STARTS)
        .findFirst()
        .flatMap(PodView::lastEnd)
        .map(
            end ->
                "Content initialization failed: what makes it ended %d times, at last with code %d"
                    .formatted(FAILED_STARTS, end.getExitCode()));
  }
}
