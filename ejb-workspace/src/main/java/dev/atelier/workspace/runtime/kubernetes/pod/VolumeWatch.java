// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.runtime.kubernetes.watch.Watches;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** What is known of volume claims and volume snapshots of workspaces, by watching. */
final class VolumeWatch {
  private final KubernetesClient client;
  private final String namespace;
  private final Consumer<String> listener;
  private final Map<String, PersistentVolumeClaim> claims = new ConcurrentHashMap<>();
  private final Map<String, GenericKubernetesResource> snapshots = new ConcurrentHashMap<>();
  private volatile boolean snapshotsThere;

  /** {@code listener} is told of every instance whose volume snapshot has changed. */
  VolumeWatch(KubernetesClient client, String namespace, Consumer<String> listener) {
    this.client = client;
    this.namespace = namespace;
    this.listener = listener;
  }

  /** Finds out what the cluster has. */
  void prepare() {
    snapshotsThere = client.getApiGroup(VolumeSnapshot.GROUP) != null;
  }

  /** Begins; volume snapshots are watched where the cluster has them. */
  void start(Watches watches) {
    watches.keep(
        () ->
            client
                .persistentVolumeClaims()
                .inNamespace(namespace)
                .withLabels(PodNames.SELECTOR)
                .runnableInformer(0),
        PersistentVolumeClaim::new,
        claim -> claim.getMetadata().getName(),
        claims,
        (name, before, after) -> {});
    if (snapshotsThere) {
      watches.keep(
          () ->
              client
                  .genericKubernetesResources(VolumeSnapshot.RESOURCE)
                  .inNamespace(namespace)
                  .withLabels(PodNames.SELECTOR)
                  .runnableInformer(0),
          GenericKubernetesResource::new,
          snapshot -> snapshot.getMetadata().getName(),
          snapshots,
          (name, before, after) -> listener.accept(name));
    }
  }

  /** Whether the cluster has volume snapshots. */
  boolean snapshotsThere() {
    return snapshotsThere;
  }

  Optional<VolumeSnapshot> snapshot(String name) {
    return Optional.ofNullable(snapshots.get(name)).map(VolumeSnapshot::of);
  }

  /** Those of a workspace, newest first. */
  List<VolumeSnapshot> snapshots(String owner, String metaId) {
    return snapshots.values().stream()
        .map(VolumeSnapshot::of)
        .filter(one -> one.of(owner, metaId))
        .sorted(Comparator.comparing(VolumeSnapshot::createdAt).reversed())
        .toList();
  }

  Optional<PersistentVolumeClaim> claim(String name) {
    return Optional.ofNullable(claims.get(name));
  }

  /** The one that an instance has, or had when it was kept. */
  Optional<PersistentVolumeClaim> claimOf(String instance) {
    return claims.values().stream()
        .filter(claim -> claim.getMetadata().getDeletionTimestamp() == null)
        .filter(claim -> instance.equals(claim.getMetadata().getLabels().get(PodNames.INSTANCE)))
        .findFirst();
  }

  /** Those whose content is saved nowhere else, and that no instance has. */
  List<PersistentVolumeClaim> kept() {
    return claims.values().stream()
        .filter(claim -> claim.getMetadata().getDeletionTimestamp() == null)
        .filter(claim -> claim.getMetadata().getLabels().containsKey(PodNames.KEPT))
        .toList();
  }

  /** Those of a workspace. */
  List<PersistentVolumeClaim> kept(String owner, String metaId) {
    return kept().stream()
        .filter(
            claim -> {
              Map<String, String> labels = claim.getMetadata().getLabels();
              return owner.equals(labels.get(PodNames.OWNER))
                  && metaId.equals(labels.get(PodNames.META_ID));
            })
        .toList();
  }
}
