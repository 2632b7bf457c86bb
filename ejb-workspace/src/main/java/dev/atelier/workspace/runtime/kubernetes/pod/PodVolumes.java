// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceSpec;
import dev.atelier.workspace.domain.WorkspaceType;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Volume claims of instances. One goes once its content is saved elsewhere; with content that is
 * saved nowhere else it stays, and the next instance of the workspace goes on with it.
 */
final class PodVolumes {
  private static final int NOT_FOUND = 404;
  private static final long LEAST_BYTES = 1L << 20;

  private final KubernetesClient client;
  private final String namespace;
  private final VolumeWatch watch;

  PodVolumes(KubernetesClient client, String namespace, VolumeWatch watch) {
    this.client = client;
    this.namespace = namespace;
    this.watch = watch;
  }

  /** Where the content of an instance is to lie. */
  PodVolume choose(Workspace workspace, PodClass podClass) throws PodLaunch.Refused {
    WorkspaceSpec spec = workspace.spec();
    String name = PodNames.pod(workspace.id(), spec.type());
    Optional<PersistentVolumeClaim> own = watch.claimOf(workspace.id()).filter(one -> !kept(one));
    if (own.isPresent()) {
      return PodVolume.filled(own.get().getMetadata().getName(), holds(own.get()));
    }
    if (spec.type() == WorkspaceType.REGULAR) {
      Optional<PersistentVolumeClaim> kept =
          watch.kept(spec.owner(), spec.metaId()).stream().findFirst();
      if (kept.isPresent()) {
        String of = kept.get().getMetadata().getLabels().get(PodNames.INSTANCE);
        return PodVolume.filled(
            kept.get().getMetadata().getName(), "Continued with the volume of instance " + of);
      }
    }
    if (watch.claim(name).filter(one -> !deleted(one)).isPresent()) {
      throw refused("volume claim " + name + " holds other content that is not saved");
    }
    Optional<VolumeSnapshot> snapshot = snapshot(workspace);
    if (snapshot.isPresent()) {
      String holds = "Restored from volume snapshot " + snapshot.get().name();
      return PodVolume.of(name, snapshot.get(), holds);
    }
    return podClass.persistent() ? PodVolume.empty(name) : PodVolume.EPHEMERAL;
  }

  private static boolean kept(PersistentVolumeClaim claim) {
    return claim.getMetadata().getLabels().containsKey(PodNames.KEPT);
  }

  private static boolean deleted(PersistentVolumeClaim claim) {
    return claim.getMetadata().getDeletionTimestamp() != null;
  }

  private static String holds(PersistentVolumeClaim claim) {
    Map<String, String> annotations = claim.getMetadata().getAnnotations();
    return annotations == null ? "" : annotations.getOrDefault(PodNames.HOLDS, "");
  }

  /** The one that it starts from: the newest of its workspace, else the one that is asked for. */
  private Optional<VolumeSnapshot> snapshot(Workspace workspace) throws PodLaunch.Refused {
    WorkspaceSpec spec = workspace.spec();
    Optional<VolumeSnapshot> newest =
        watch.snapshots(spec.owner(), spec.metaId()).stream()
            .filter(VolumeSnapshot::ready)
            .findFirst();
    if (spec.type() == WorkspaceType.REGULAR && newest.isPresent()) {
      return newest;
    }
    Initializer initializer = spec.initializer();
    if (initializer instanceof Initializer.Backup backup && backup.fromVolumeSnapshot()) {
      return Optional.of(
          newest.orElseThrow(
              () -> refused("there is no backup of " + spec.owner() + "/" + spec.metaId())));
    }
    if (initializer instanceof Initializer.Snapshot named && named.fromVolumeSnapshot()) {
      Optional<VolumeSnapshot> found =
          watch.snapshot(named.snapshot()).filter(VolumeSnapshot::ready);
      return Optional.of(
          found.orElseThrow(() -> refused("there is no volume snapshot " + named.snapshot())));
    }
    return Optional.empty();
  }

  private static PodLaunch.Refused refused(String why) {
    return new PodLaunch.Refused("Content initialization failed: " + why, null);
  }

  /**
   * Makes the claim, or takes over one that was kept.
   *
   * @throws KubernetesClientException also where another was faster with the one that was kept
   */
  void provide(Workspace workspace, WorkspaceClass sizes, PodClass podClass, PodVolume volume) {
    if (volume.claim().isEmpty()) {
      return;
    }
    Optional<PersistentVolumeClaim> there = watch.claim(volume.claim().get());
    if (there.isPresent()) {
      if (kept(there.get())) {
        takeOver(workspace, there.get(), volume.holds());
      }
      return;
    }
    long restored = volume.snapshot().map(VolumeSnapshot::restoreBytes).orElse(0L);
    long bytes =
        Math.max(Math.max(LEAST_BYTES, restored), volume.bytes(sizes.resources().storageBytes()));
    var claim =
        new PersistentVolumeClaimBuilder()
            .withNewMetadata()
            .withName(volume.claim().get())
            .withNamespace(namespace)
            .withLabels(
                PodNames.labels(
                    workspace.id(),
                    workspace.spec().type(),
                    workspace.spec().owner(),
                    workspace.spec().metaId()))
            .withAnnotations(
                volume.holds().isEmpty() ? Map.of() : Map.of(PodNames.HOLDS, volume.holds()))
            .withFinalizers(PodNames.CONTENT)
            .endMetadata()
            .withNewSpec()
            .withAccessModes("ReadWriteOnce")
            .withStorageClassName(podClass.storageClass().orElse(null))
            .withNewResources()
            .addToRequests("storage", new Quantity(Long.toString(bytes)))
            .endResources();
    volume
        .snapshot()
        .ifPresent(
            from ->
                claim
                    .withNewDataSource()
                    .withApiGroup(VolumeSnapshot.GROUP)
                    .withKind("VolumeSnapshot")
                    .withName(from.name())
                    .endDataSource());
    // One of that name that was not known of is looked at again before it is used.
    client
        .persistentVolumeClaims()
        .inNamespace(namespace)
        .resource(claim.endSpec().build())
        .create();
  }

  private void takeOver(Workspace workspace, PersistentVolumeClaim kept, String holds) {
    var changed =
        new PersistentVolumeClaimBuilder(kept)
            .editMetadata()
            .addToLabels(PodNames.INSTANCE, workspace.id())
            .removeFromLabels(PodNames.KEPT)
            .addToAnnotations(PodNames.HOLDS, holds)
            .addToAnnotations(PodNames.KEPT, "true")
            .endMetadata()
            .build();
    client.persistentVolumeClaims().inNamespace(namespace).resource(changed).update();
  }

  /** Removes the claim of an instance that has stopped, or keeps it for the next one. */
  void settle(Workspace workspace) {
    Optional<PersistentVolumeClaim> claim = watch.claimOf(workspace.id());
    if (claim.isEmpty() || !workspace.stopped()) {
      return;
    }
    Map<String, String> annotations = claim.get().getMetadata().getAnnotations();
    boolean taken = annotations != null && annotations.containsKey(PodNames.KEPT);
    boolean saved = workspace.status().conditions().finalBackupComplete();
    if (UnsavedPods.due(workspace) || (taken && !saved)) {
      keep(claim.get());
    } else {
      remove(claim.get());
    }
  }

  /** Keeps the claim of an instance that nothing else is known of. */
  void keep(String id) {
    watch.claimOf(id).ifPresent(this::keep);
  }

  private void keep(PersistentVolumeClaim claim) {
    if (!kept(claim)) {
      patch(claim, "{\"metadata\":{\"labels\":{\"%s\":\"true\"}}}".formatted(PodNames.KEPT));
    }
  }

  private void remove(PersistentVolumeClaim claim) {
    patch(claim, "{\"metadata\":{\"finalizers\":%s}}".formatted(others(claim)));
    client
        .persistentVolumeClaims()
        .inNamespace(namespace)
        .withName(claim.getMetadata().getName())
        .delete();
  }

  private static String others(PersistentVolumeClaim claim) {
    return claim.getMetadata().getFinalizers().stream()
        .filter(finalizer -> !finalizer.equals(PodNames.CONTENT))
        .map(finalizer -> '"' + finalizer + '"')
        .toList()
        .toString();
  }

  private void patch(PersistentVolumeClaim claim, String change) {
    try {
      client
          .persistentVolumeClaims()
          .inNamespace(namespace)
          .resource(claim)
          .patch(PatchContext.of(PatchType.JSON_MERGE), change);
    } catch (KubernetesClientException e) {
      if (e.getCode() != NOT_FOUND) {
        throw e;
      }
    }
  }

  /** Claims that are kept, as content that is saved nowhere else. */
  List<UnsavedContent> unsaved() {
    return watch.kept().stream().map(PodVolumes::content).toList();
  }

  private static UnsavedContent content(PersistentVolumeClaim claim) {
    Map<String, String> labels = claim.getMetadata().getLabels();
    Instant created =
        PodView.instant(claim.getMetadata().getCreationTimestamp()).orElse(Instant.EPOCH);
    return new UnsavedContent(
        labels.getOrDefault(PodNames.INSTANCE, ""),
        labels.getOrDefault(PodNames.OWNER, ""),
        labels.getOrDefault(PodNames.META_ID, ""),
        created,
        created);
  }

  /** Removes a claim that is kept; answers whether there was one. */
  boolean letGo(String id) {
    Optional<PersistentVolumeClaim> claim = watch.claimOf(id).filter(PodVolumes::kept);
    claim.ifPresent(this::remove);
    return claim.isPresent();
  }
}
