package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.content.agent.AgentResult;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Disposal;
import dev.atelier.workspace.domain.Observation.Exit;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.RuntimeInfo;
import dev.atelier.workspace.domain.WorkspaceStatus.ImageInfo;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/** What is seen of an instance by its pod, the node of it, and what events say. Pure. */
final class PodObservation {
  /** How long pulls of an image may fail before that is final. */
  static final Duration PULL_PATIENCE = Duration.ofMinutes(2);

  private static final int LAST_WORDS = 1000;
  private static final int FAILED_STARTS = 5;

  /** No pod that waits for this will ever run. */
  private static final Set<String> HOPELESS =
      Set.of("InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError");

  private static final Set<String> PULL_FAILURES =
      Set.of("ErrImagePull", "ImagePullBackOff", "ImageInspectError", "RegistryUnavailable");

  private final Pod pod;
  private final PodStatus status;
  private final Optional<Node> node;
  private final boolean nodeGone;
  private final PodEvents events;
  private final Instant now;
  private final Optional<ContainerStatus> main;
  private final Optional<ContainerStatus> keeper;
  private final Optional<AgentResult> report;

  private PodObservation(
      Pod pod, Optional<Node> node, boolean nodeGone, PodEvents events, Instant now) {
    this.pod = pod;
    this.status = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
    this.node = node;
    this.nodeGone = nodeGone || collected(status);
    this.events = events;
    this.now = now;
    this.main = container(status.getContainerStatuses(), PodNames.WORKSPACE);
    this.keeper = container(status.getInitContainerStatuses(), PodNames.KEEPER);
    this.report = keeper.flatMap(PodObservation::lastEnd).flatMap(PodObservation::report);
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
  private static boolean collected(PodStatus status) {
    return Stream.ofNullable(status.getConditions())
        .flatMap(List::stream)
        .anyMatch(
            one ->
                one.getType().equals("DisruptionTarget")
                    && "True".equals(one.getStatus())
                    && "DeletionByPodGC".equals(one.getReason()));
  }

  private static Optional<ContainerStatus> container(List<ContainerStatus> all, String name) {
    return Stream.ofNullable(all)
        .flatMap(List::stream)
        .filter(one -> one.getName().equals(name))
        .findFirst();
  }

  private Observation seen() {
    Stage stage = stage();
    boolean placed = node().isPresent();
    return Observation.ABSENT.with(
        o ->
            o.stage(stage)
                .contentReady(contentReady(stage))
                .ready(stage == Stage.STARTED && main.map(ContainerStatus::getReady).orElse(false))
                .interrupted(placed && !nodeGone && !nodeReady())
                .pullingImages(pulling(stage))
                .networkNotReady(node.map(PodObservation::networkNotReady).orElse(false))
                .runtime(runtime())
                .message(message(stage))
                .failure(failure(stage))
                .exit(exit(stage))
                .captures(report.map(KeeperReport::captures).orElse(List.of()))
                .disposal(disposal(stage))
                .initializerMetrics(
                    report.map(KeeperReport::metrics).orElse(InitializerMetrics.NONE))
                .repo(report.flatMap(KeeperReport::repo))
                .image(image()));
  }

  private Optional<String> node() {
    return Optional.ofNullable(pod.getSpec().getNodeName()).filter(name -> !name.isEmpty());
  }

  private boolean deleted() {
    return pod.getMetadata().getDeletionTimestamp() != null;
  }

  private boolean over() {
    return "Failed".equals(status.getPhase()) || "Succeeded".equals(status.getPhase());
  }

  private Stage stage() {
    if (nodeGone || over() || main.flatMap(PodObservation::end).isPresent()) {
      return Stage.ENDED;
    }
    if (node().isEmpty()) {
      return deleted() ? Stage.ENDED : Stage.WAITING;
    }
    if (main.map(ContainerStatus::getState).map(ContainerState::getRunning).isEmpty()) {
      return Stage.CREATING;
    }
    return started() ? Stage.STARTED : Stage.INITIALIZING;
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
    return main.flatMap(PodObservation::end)
        .map(
            end ->
                end.getStartedAt() != null
                    && !"StartError".equals(end.getReason())
                    && !text(end.getMessage()).startsWith("content was not ready")
                    && contentFailed().isEmpty())
        .orElse(false);
  }

  private RuntimeInfo runtime() {
    return node()
        .map(name -> new RuntimeInfo(name, pod.getMetadata().getName(), text(status.getHostIP())))
        .filter(place -> !place.nodeIp().isEmpty())
        .orElse(RuntimeInfo.NONE);
  }

  private boolean nodeReady() {
    return node.map(
            one ->
                one.getStatus() == null
                    || one.getStatus().getConditions().stream()
                        .filter(condition -> condition.getType().equals("Ready"))
                        .allMatch(condition -> condition.getStatus().equals("True")))
        .orElse(true);
  }

  private static boolean networkNotReady(Node node) {
    return node.getStatus() != null
        && node.getStatus().getConditions().stream()
            .anyMatch(
                condition ->
                    (condition.getType().equals("NetworkUnavailable")
                            && condition.getStatus().equals("True"))
                        || (condition.getType().equals("Ready")
                            && !condition.getStatus().equals("True")
                            && text(condition.getMessage()).contains("NetworkReady=false")));
  }

  /** Every container that waits, with why. */
  private Stream<ContainerStateWaiting> waiting() {
    return Stream.concat(
            Stream.ofNullable(status.getInitContainerStatuses()).flatMap(List::stream),
            Stream.ofNullable(status.getContainerStatuses()).flatMap(List::stream))
        .map(ContainerStatus::getState)
        .filter(state -> state != null && state.getWaiting() != null)
        .map(ContainerState::getWaiting);
  }

  private boolean pulling(Stage stage) {
    if (stage != Stage.CREATING) {
      return false;
    }
    boolean failing = waiting().anyMatch(one -> PULL_FAILURES.contains(text(one.getReason())));
    return failing || events.pulling().map(at -> !at.isBefore(lastStart())).orElse(false);
  }

  /** When a container of it began last: what was pulled before is there. */
  private Instant lastStart() {
    return Stream.concat(
            Stream.ofNullable(status.getInitContainerStatuses()).flatMap(List::stream),
            Stream.ofNullable(status.getContainerStatuses()).flatMap(List::stream))
        .map(ContainerStatus::getState)
        .filter(state -> state != null)
        .flatMap(
            state ->
                Stream.concat(
                    Stream.ofNullable(state.getRunning()).map(one -> one.getStartedAt()),
                    Stream.ofNullable(state.getTerminated()).map(one -> one.getFinishedAt())))
        .flatMap(at -> instant(at).stream())
        .max(Instant::compareTo)
        .orElse(Instant.EPOCH);
  }

  private String message(Stage stage) {
    return switch (stage) {
      case WAITING ->
          condition("PodScheduled")
              .filter(one -> one.getStatus().equals("False"))
              .map(one -> text(one.getMessage()))
              .orElse("");
      case CREATING -> creating();
      case INITIALIZING -> "its content is being made";
      case STARTED, ENDED -> report.map(KeeperReport::note).orElse("");
      case ABSENT -> "";
    };
  }

  private String creating() {
    Optional<ContainerStateWaiting> told =
        waiting()
            .filter(
                one ->
                    !Set.of("PodInitializing", "ContainerCreating").contains(text(one.getReason())))
            .findFirst();
    if (told.isPresent()) {
      String words = text(told.get().getMessage());
      return words.isEmpty() ? text(told.get().getReason()) : words;
    }
    if (pulling(Stage.CREATING)) {
      return "its images are being pulled";
    }
    return events.warning().isEmpty() ? "its containers are being made" : events.warning();
  }

  private Optional<PodCondition> condition(String type) {
    return Stream.ofNullable(status.getConditions())
        .flatMap(List::stream)
        .filter(one -> one.getType().equals(type))
        .findFirst();
  }

  /** Why it can never run; empty when it may, or has. */
  private String failure(Stage stage) {
    Optional<String> content = contentFailed();
    if (content.isPresent()) {
      return "Content initialization failed: " + content.get();
    }
    if (stage == Stage.ENDED) {
      return "";
    }
    for (ContainerStateWaiting one : waiting().toList()) {
      String reason = text(one.getReason());
      String words = text(one.getMessage()).isEmpty() ? reason : reason + ": " + one.getMessage();
      if (HOPELESS.contains(reason)) {
        return reason.equals("CreateContainerConfigError")
            ? "the container cannot be made: " + words
            : "image cannot be pulled: " + words;
      }
      if (PULL_FAILURES.contains(reason) && impatient()) {
        return "image cannot be pulled: " + words;
      }
    }
    return Stream.ofNullable(status.getInitContainerStatuses())
        .flatMap(List::stream)
        .filter(one -> !over())
        .filter(one -> one.getRestartCount() != null && one.getRestartCount() >= FAILED_STARTS)
        .findFirst()
        .flatMap(PodObservation::lastEnd)
        .map(
            end ->
                "Content initialization failed: what makes it ended %d times, at last with code %d"
                    .formatted(FAILED_STARTS, end.getExitCode()))
        .filter(words -> main.flatMap(PodObservation::end).isEmpty() && !started())
        .orElse("");
  }

  private boolean impatient() {
    Optional<Instant> since = events.failing().or(() -> instant(status.getStartTime()));
    return since.map(at -> !now.isBefore(at.plus(PULL_PATIENCE))).orElse(false);
  }

  private Optional<String> contentFailed() {
    return report
        .filter(one -> !KeeperReport.contentReady(one))
        .filter(one -> one.outcome() != AgentResult.Outcome.DONE)
        .map(AgentResult::message);
  }

  private Optional<Exit> exit(Stage stage) {
    if (stage != Stage.ENDED) {
      return Optional.empty();
    }
    Instant deletedAt = deletionAsked().orElse(Instant.MAX);
    if (nodeGone) {
      return Optional.of(new Exit(Exit.Cause.NODE_LOST, OptionalInt.empty(), now, ""));
    }
    Optional<ContainerStateTerminated> end = main.flatMap(PodObservation::end);
    Instant at =
        end.flatMap(one -> instant(one.getFinishedAt())).or(this::deletionAsked).orElse(now);
    OptionalInt code =
        end.map(one -> OptionalInt.of(one.getExitCode())).orElse(OptionalInt.empty());
    String words = cut(text(status.getMessage()));
    if ("Evicted".equals(status.getReason()) || preempted()) {
      return Optional.of(new Exit(Exit.Cause.EVICTED, code, at, words));
    }
    if (rejected()) {
      String why = text(status.getReason()) + (words.isEmpty() ? "" : ": " + words);
      return Optional.of(new Exit(Exit.Cause.REJECTED, OptionalInt.empty(), at, why));
    }
    if (!at.isBefore(deletedAt)) {
      return Optional.of(new Exit(Exit.Cause.DELETED, code, at, ""));
    }
    // Of a child that was killed long ago the runtime tells too.
    boolean memory =
        end.map(one -> "OOMKilled".equals(one.getReason()) && one.getExitCode() == 137)
            .orElse(false);
    Exit.Cause cause = memory ? Exit.Cause.OUT_OF_MEMORY : Exit.Cause.EXITED;
    String last = end.map(one -> cut(text(one.getMessage()))).orElse(words);
    return Optional.of(new Exit(cause, code, at, last));
  }

  /** When its deletion was asked for: the object tells when the grace of that is over. */
  private Optional<Instant> deletionAsked() {
    Long grace = pod.getMetadata().getDeletionGracePeriodSeconds();
    return instant(pod.getMetadata().getDeletionTimestamp())
        .map(at -> at.minusSeconds(grace == null ? 0 : grace));
  }

  private boolean preempted() {
    return condition("DisruptionTarget").filter(one -> "True".equals(one.getStatus())).isPresent();
  }

  /** A kubelet that does not take a pod says so before it starts anything. */
  private boolean rejected() {
    boolean ran =
        Stream.concat(
                Stream.ofNullable(status.getInitContainerStatuses()).flatMap(List::stream),
                Stream.ofNullable(status.getContainerStatuses()).flatMap(List::stream))
            .anyMatch(one -> one.getContainerID() != null && !one.getContainerID().isEmpty());
    return "Failed".equals(status.getPhase())
        && !ran
        && !text(status.getReason()).isEmpty()
        && !deleted();
  }

  private Disposal disposal(Stage stage) {
    Optional<ContainerStateTerminated> end = keeper.flatMap(PodObservation::end);
    if (stage != Stage.ENDED) {
      return Disposal.NONE;
    }
    if (nodeGone) {
      return failed("the node of the instance is gone");
    }
    if (end.isEmpty() && !over()) {
      return keeper.map(ContainerStatus::getState).map(ContainerState::getRunning).isPresent()
          ? new Disposal(
              SaveState.RUNNING,
              "",
              Optional.empty(),
              "its content is saved from pod %s on node %s"
                  .formatted(pod.getMetadata().getName(), node().orElse("")))
          : Disposal.NONE;
    }
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

  private static Disposal failed(String message) {
    return new Disposal(SaveState.FAILED, "", Optional.empty(), message);
  }

  private Optional<ImageInfo> image() {
    if (node.isEmpty() || node.get().getStatus() == null || main.isEmpty()) {
      return Optional.empty();
    }
    long workspace = size(text(main.get().getImage()), text(main.get().getImageID()));
    if (workspace == 0) {
      return Optional.empty();
    }
    long layers =
        Stream.ofNullable(status.getInitContainerStatuses())
            .flatMap(List::stream)
            .filter(one -> one.getName().startsWith("layer-"))
            .mapToLong(one -> size(text(one.getImage()), text(one.getImageID())))
            .sum();
    return Optional.of(new ImageInfo(workspace + layers, workspace));
  }

  private long size(String name, String id) {
    return node.orElseThrow().getStatus().getImages().stream()
        .filter(image -> image.getNames().stream().anyMatch(n -> n.equals(name) || n.equals(id)))
        .mapToLong(image -> image.getSizeBytes() == null ? 0 : image.getSizeBytes())
        .findFirst()
        .orElse(0);
  }

  private static Optional<ContainerStateTerminated> end(ContainerStatus container) {
    return Optional.ofNullable(container.getState()).map(ContainerState::getTerminated);
  }

  /** How it ended the last time, also where it was started again since. */
  private static Optional<ContainerStateTerminated> lastEnd(ContainerStatus container) {
    return end(container)
        .or(() -> Optional.ofNullable(container.getLastState()).map(ContainerState::getTerminated));
  }

  private static Optional<AgentResult> report(ContainerStateTerminated end) {
    try {
      return Optional.of(AgentResult.parse(text(end.getMessage())));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.ofNullable(text).map(Instant::parse);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static String cut(String words) {
    return words.length() <= LAST_WORDS ? words : words.substring(words.length() - LAST_WORDS);
  }

  private static String text(String maybe) {
    return maybe == null ? "" : maybe;
  }
}
