// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.content.agent.AgentResult;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateRunning;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds in a pod what others decide by, whichever of its fields are there. Pure. */
final class PodView {
  private final Pod pod;
  private final PodStatus status;

  PodView(Pod pod) {
    this.pod = pod;
    this.status = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
  }

  String name() {
    return pod.getMetadata().getName();
  }

  PodStatus status() {
    return status;
  }

  /** The name of the node that it was placed on. */
  Optional<String> node() {
    return Optional.ofNullable(pod.getSpec().getNodeName()).filter(name -> !name.isEmpty());
  }

  /** The claim that its content lies in. */
  Optional<String> claim() {
    return Stream.ofNullable(pod.getSpec().getVolumes())
        .flatMap(List::stream)
        .filter(one -> "volume".equals(one.getName()))
        .flatMap(one -> Stream.ofNullable(one.getPersistentVolumeClaim()))
        .map(one -> one.getClaimName())
        .findFirst();
  }

  /** By which class its volume is to be snapshotted in the end. */
  Optional<String> snapshotClass() {
    return Optional.ofNullable(pod.getMetadata().getAnnotations())
        .map(annotations -> annotations.get(PodNames.SNAPSHOT_CLASS));
  }

  boolean deleted() {
    return pod.getMetadata().getDeletionTimestamp() != null;
  }

  /** When its deletion was asked for: the object tells when the grace of that is over. */
  Optional<Instant> deletionAsked() {
    Long grace = pod.getMetadata().getDeletionGracePeriodSeconds();
    return instant(pod.getMetadata().getDeletionTimestamp())
        .map(at -> at.minusSeconds(grace == null ? 0 : grace));
  }

  boolean over() {
    return "Failed".equals(status.getPhase()) || "Succeeded".equals(status.getPhase());
  }

  Stream<ContainerStatus> first() {
    return Stream.ofNullable(status.getInitContainerStatuses()).flatMap(List::stream);
  }

  /** Those of its first containers, then the others'. */
  Stream<ContainerStatus> containers() {
    return Stream.concat(
        first(), Stream.ofNullable(status.getContainerStatuses()).flatMap(List::stream));
  }

  Optional<ContainerStatus> container(String name) {
    return containers().filter(one -> one.getName().equals(name)).findFirst();
  }

  boolean running(String container) {
    return container(container).flatMap(PodView::running).isPresent();
  }

  /** Whether any container of it was ever made. */
  boolean ran() {
    return containers()
        .anyMatch(one -> one.getContainerID() != null && !one.getContainerID().isEmpty());
  }

  Optional<PodCondition> condition(String type) {
    return Stream.ofNullable(status.getConditions())
        .flatMap(List::stream)
        .filter(one -> one.getType().equals(type))
        .findFirst();
  }

  /** What its keeper said when it ended last, also where it was started again since. */
  Optional<AgentResult> report() {
    return container(PodNames.KEEPER).flatMap(PodView::lastEnd).flatMap(PodView::report);
  }

  static Optional<ContainerStateRunning> running(ContainerStatus container) {
    return Optional.ofNullable(container.getState()).map(ContainerState::getRunning);
  }

  static Optional<ContainerStateWaiting> waiting(ContainerStatus container) {
    return Optional.ofNullable(container.getState()).map(ContainerState::getWaiting);
  }

  static Optional<ContainerStateTerminated> end(ContainerStatus container) {
    return Optional.ofNullable(container.getState()).map(ContainerState::getTerminated);
  }

  /** How it ended the last time, also where it was started again since. */
  static Optional<ContainerStateTerminated> lastEnd(ContainerStatus container) {
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

  static Optional<Instant> instant(String text) {
    try {
      return Optional.ofNullable(text).map(Instant::parse);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  static String text(String maybe) {
    return maybe == null ? "" : maybe;
  }
}
