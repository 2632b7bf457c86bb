// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static dev.atelier.workspace.runtime.kubernetes.pod.PodView.text;

import dev.atelier.workspace.domain.WorkspaceStatus.ImageInfo;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Node;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What is known of the images of a pod: pulls, what comes of them, and sizes. Pure. */
final class PodImages {
  /** How long pulls of an image may fail before that is final. */
  private static final Duration PULL_PATIENCE = Duration.ofMinutes(2);

  /** No pod that waits for this will ever run. */
  private static final Set<String> HOPELESS =
      Set.of("InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError");

  private static final Set<String> PULL_FAILURES =
      Set.of("ErrImagePull", "ImagePullBackOff", "ImageInspectError", "RegistryUnavailable");

  /** What every container waits for that is just not there yet. */
  private static final Set<String> USUAL = Set.of("PodInitializing", "ContainerCreating");

  private final PodView pod;
  private final PodEvents events;

  PodImages(PodView pod, PodEvents events) {
    this.pod = pod;
    this.events = events;
  }

  /** Every container that waits, with why. */
  private Stream<ContainerStateWaiting> waiting() {
    return pod.containers().flatMap(one -> PodView.waiting(one).stream());
  }

  /** Whether a pull is known of, in a pod that is being made. */
  boolean pulling() {
    boolean failing = waiting().anyMatch(one -> PULL_FAILURES.contains(text(one.getReason())));
    return failing || events.pulling().map(at -> !at.isBefore(lastStart())).orElse(false);
  }

  /** When a container of it began last: what was pulled before is there. */
  private Instant lastStart() {
    return pod.containers()
        .flatMap(
            one ->
                Stream.concat(
                    PodView.running(one).map(state -> text(state.getStartedAt())).stream(),
                    PodView.end(one).map(state -> text(state.getFinishedAt())).stream()))
        .flatMap(at -> PodView.instant(at).stream())
        .max(Instant::compareTo)
        .orElse(Instant.EPOCH);
  }

  /** What a pod that is being made waits for. */
  String message() {
    Optional<ContainerStateWaiting> told =
        waiting().filter(one -> !USUAL.contains(text(one.getReason()))).findFirst();
    if (told.isPresent()) {
      String words = text(told.get().getMessage());
      return words.isEmpty() ? text(told.get().getReason()) : words;
    }
    if (pulling()) {
      return "its images are being pulled";
    }
    return events.warning().isEmpty() ? "its containers are being made" : events.warning();
  }

  /** Why its containers can never be made; empty: they may. */
  Optional<String> failure(Instant now) {
    return waiting().flatMap(one -> failure(one, now).stream()).findFirst();
  }

  private Optional<String> failure(ContainerStateWaiting one, Instant now) {
    String reason = text(one.getReason());
    String words = text(one.getMessage()).isEmpty() ? reason : reason + ": " + one.getMessage();
    if (reason.equals("CreateContainerConfigError")) {
      return Optional.of("the container cannot be made: " + words);
    }
    boolean hopeless = HOPELESS.contains(reason) || (PULL_FAILURES.contains(reason) && late(now));
    return hopeless ? Optional.of("image cannot be pulled: " + words) : Optional.empty();
  }

  private boolean late(Instant now) {
    return events
        .failing()
        .or(() -> PodView.instant(pod.status().getStartTime()))
        .map(since -> !now.isBefore(failsAt(since)))
        .orElse(false);
  }

  /** When pulls that fail since then are given up. */
  static Instant failsAt(Instant since) {
    return since.plus(PULL_PATIENCE);
  }

  /** Their sizes, as the node reports them. */
  Optional<ImageInfo> sizes(Optional<Node> node) {
    Optional<ContainerStatus> main = pod.container(PodNames.WORKSPACE);
    if (node.isEmpty() || node.get().getStatus() == null || main.isEmpty()) {
      return Optional.empty();
    }
    long workspace = size(node.get(), main.get());
    if (workspace == 0) {
      return Optional.empty();
    }
    long layers =
        pod.first()
            .filter(one -> one.getName().startsWith("layer-"))
            .mapToLong(one -> size(node.get(), one))
            .sum();
    return Optional.of(new ImageInfo(workspace + layers, workspace));
  }

  private static long size(Node node, ContainerStatus container) {
    String name = text(container.getImage());
    String id = text(container.getImageID());
    return node.getStatus().getImages().stream()
        .filter(image -> image.getNames().stream().anyMatch(n -> n.equals(name) || n.equals(id)))
        .mapToLong(image -> image.getSizeBytes() == null ? 0 : image.getSizeBytes())
        .findFirst()
        .orElse(0);
  }
}
