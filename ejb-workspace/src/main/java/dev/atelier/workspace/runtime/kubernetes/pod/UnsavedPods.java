// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Pods of instances that have stopped whose keepers still try to save what was not saved in time.
 * They are let go of once that is done.
 */
final class UnsavedPods {
  private final PodWatch watch;
  private final Map<String, Instant> since = new ConcurrentHashMap<>();

  UnsavedPods(PodWatch watch) {
    this.watch = watch;
  }

  /** Whether a stopped instance's pod is better left alone for now. */
  static boolean due(Workspace workspace) {
    return workspace.stopped()
        && workspace.spec().type() == WorkspaceType.REGULAR
        && workspace.status().progress().contentReadyAt().isPresent()
        && !workspace.status().conditions().aborted()
        && !workspace.status().conditions().finalBackupComplete();
  }

  /** Notes it; answers whether that is news. */
  boolean keep(String id, Instant now) {
    return since.putIfAbsent(id, now) == null;
  }

  boolean kept(String id) {
    return since.containsKey(id);
  }

  void gone(String id) {
    since.remove(id);
  }

  int count() {
    return since.size();
  }

  /** An instance of the same workspace whose content is not saved. */
  Optional<String> ofSame(Workspace workspace) {
    return since.keySet().stream()
        .filter(id -> !id.equals(workspace.id()))
        .filter(
            id ->
                watch
                    .pod(id)
                    .map(pod -> pod.getMetadata().getLabels())
                    .map(
                        labels ->
                            workspace.spec().owner().equals(labels.get(PodNames.OWNER))
                                && workspace.spec().metaId().equals(labels.get(PodNames.META_ID)))
                    .orElse(false))
        .findFirst();
  }

  List<UnsavedContent> list() {
    return since.entrySet().stream()
        .flatMap(
            entry ->
                watch.pod(entry.getKey()).stream()
                    .map(pod -> content(entry.getKey(), pod, entry.getValue())))
        .sorted(Comparator.comparing(UnsavedContent::since))
        .toList();
  }

  private static UnsavedContent content(String id, Pod pod, Instant since) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    return new UnsavedContent(
        id,
        labels.getOrDefault(PodNames.OWNER, ""),
        labels.getOrDefault(PodNames.META_ID, ""),
        createdAt(pod).orElse(since),
        since);
  }

  private static Optional<Instant> createdAt(Pod pod) {
    try {
      return Optional.ofNullable(pod.getMetadata().getCreationTimestamp()).map(Instant::parse);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
