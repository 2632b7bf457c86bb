// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.Observation.Disposal;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Makes and deletes CSI VolumeSnapshots. */
final class VolumeSnapshots {
  private static final int KEPT = 3;
  private static final int CONFLICT = 409;
  private static final String API_VERSION = VolumeSnapshot.GROUP + "/v1";

  private final KubernetesClient client;
  private final String namespace;
  private final VolumeWatch watch;
  private final Duration patience;
  private final Map<String, String> handles = new ConcurrentHashMap<>();

  /** {@code patience}: how long one that is brought back may take. */
  VolumeSnapshots(KubernetesClient client, String namespace, VolumeWatch watch, Duration patience) {
    this.client = client;
    this.namespace = namespace;
    this.watch = watch;
    this.patience = patience;
  }

  /** Makes that of an instance, unless it is there. */
  void make(Workspace workspace, String claim, String snapshotClass) {
    if (watch.snapshot(workspace.id()).isPresent()) {
      return;
    }
    GenericKubernetesResource snapshot =
        resource(
            "VolumeSnapshot",
            new ObjectMetaBuilder()
                .withName(workspace.id())
                .withNamespace(namespace)
                .withLabels(
                    PodNames.labels(
                        workspace.id(),
                        workspace.spec().type(),
                        workspace.spec().owner(),
                        workspace.spec().metaId())),
            Map.of(
                "volumeSnapshotClassName",
                snapshotClass,
                "source",
                Map.of("persistentVolumeClaimName", claim)));
    create(client.genericKubernetesResources(VolumeSnapshot.RESOURCE).resource(snapshot)::create);
  }

  private static GenericKubernetesResource resource(
      String kind, ObjectMetaBuilder metadata, Map<String, Object> spec) {
    GenericKubernetesResource resource = new GenericKubernetesResource();
    resource.setApiVersion(API_VERSION);
    resource.setKind(kind);
    resource.setMetadata(metadata.build());
    resource.setAdditionalProperty("spec", spec);
    return resource;
  }

  /** What is there already is as good. */
  private static void create(Runnable create) {
    try {
      create.run();
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT) {
        throw e;
      }
    }
  }

  /** How far that of an instance is; what its content holds was read by {@link #readHandle}. */
  Disposal disposal(String id) {
    Optional<VolumeSnapshot> snapshot = watch.snapshot(id);
    if (snapshot.isEmpty()) {
      return Disposal.NONE;
    }
    String handle = handles.get(id);
    if (!snapshot.get().ready() || handle == null) {
      String error = snapshot.get().error();
      String words = "a snapshot of its volume is being made";
      return new Disposal(
          SaveState.RUNNING, "", Optional.empty(), error.isEmpty() ? words : words + ": " + error);
    }
    return new Disposal(
        SaveState.COMPLETE,
        "volume-snapshot:" + id,
        Optional.of(new Conditions.VolumeSnapshot(id, handle)),
        "");
  }

  /** Whether the provider's name for it is to be read. */
  boolean handleWanted(String id) {
    return !handles.containsKey(id)
        && watch.snapshot(id).filter(one -> one.ready() && !one.content().isEmpty()).isPresent();
  }

  /** Reads the provider's name for a snapshot that is ready, and removes those too many. */
  void readHandle(String id) throws WorkspaceFault {
    Optional<VolumeSnapshot> snapshot = watch.snapshot(id);
    if (snapshot.isEmpty()) {
      return;
    }
    GenericKubernetesResource content =
        client
            .genericKubernetesResources(VolumeSnapshot.CONTENT)
            .withName(snapshot.get().content())
            .get();
    Optional<String> handle = Optional.ofNullable(content).flatMap(VolumeSnapshot::handle);
    if (handle.isEmpty()) {
      throw WorkspaceFault.unavailable("volume snapshot " + id + " has no handle yet");
    }
    handles.put(id, handle.get());
    Map<String, String> labels = snapshot.get().labels();
    List<VolumeSnapshot> all =
        watch.snapshots(
            labels.getOrDefault(PodNames.OWNER, ""), labels.getOrDefault(PodNames.META_ID, ""));
    all.stream().filter(VolumeSnapshot::ready).skip(KEPT).forEach(one -> delete(one.name()));
  }

  /** Nobody asks for it any more. */
  void forget(String id) {
    handles.remove(id);
  }

  /** Removes all of a workspace: its backup is elsewhere now. */
  void superseded(String owner, String metaId) {
    watch.snapshots(owner, metaId).forEach(one -> delete(one.name()));
  }

  private boolean delete(String name) {
    return !client
        .genericKubernetesResources(VolumeSnapshot.RESOURCE)
        .inNamespace(namespace)
        .withName(name)
        .delete()
        .isEmpty();
  }

  /**
   * Deletes a snapshot and the provider's copy. One that the cluster does not have is brought back
   * from its handle first, unless that is empty.
   *
   * @param snapshotClass of the one that is brought back
   * @return whether anything was deleted
   */
  boolean delete(String name, String handle, Optional<String> snapshotClass) throws WorkspaceFault {
    GenericKubernetesResource known =
        client
            .genericKubernetesResources(VolumeSnapshot.RESOURCE)
            .inNamespace(namespace)
            .withName(name)
            .get();
    if (known != null) {
      String content = VolumeSnapshot.of(known).content();
      if (!content.isEmpty()) {
        deleteCopyToo(content);
      }
      return delete(name);
    }
    if (handle.isEmpty()) {
      return false;
    }
    bringBack(name, handle, snapshotClass);
    return delete(name);
  }

  /** Whatever its class says of it. */
  private void deleteCopyToo(String content) {
    try {
      client
          .genericKubernetesResources(VolumeSnapshot.CONTENT)
          .withName(content)
          .patch(
              PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"deletionPolicy\":\"Delete\"}}");
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404) {
        throw e;
      }
    }
  }

  private void bringBack(String name, String handle, Optional<String> snapshotClass)
      throws WorkspaceFault {
    String className =
        snapshotClass.orElseThrow(
            () ->
                WorkspaceFault.unavailable(
                    "no class of volume snapshots is configured to bring one back by"));
    GenericKubernetesResource found =
        client.genericKubernetesResources(VolumeSnapshot.SNAPSHOT_CLASS).withName(className).get();
    if (found == null) {
      throw WorkspaceFault.unavailable("the cluster has no class of volume snapshots " + className);
    }
    String content = "atelier-" + namespace + "-" + name;
    GenericKubernetesResource pre =
        resource(
            "VolumeSnapshotContent",
            new ObjectMetaBuilder().withName(content).withLabels(PodNames.SELECTOR),
            Map.of(
                "deletionPolicy",
                "Delete",
                "driver",
                String.valueOf(found.<Object>get("driver")),
                "volumeSnapshotClassName",
                className,
                "source",
                Map.of("snapshotHandle", handle),
                "volumeSnapshotRef",
                Map.of("name", name, "namespace", namespace)));
    create(client.genericKubernetesResources(VolumeSnapshot.CONTENT).resource(pre)::create);
    GenericKubernetesResource snapshot =
        resource(
            "VolumeSnapshot",
            new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(namespace)
                .withLabels(PodNames.SELECTOR),
            Map.of(
                "volumeSnapshotClassName",
                className,
                "source",
                Map.of("volumeSnapshotContentName", content)));
    create(client.genericKubernetesResources(VolumeSnapshot.RESOURCE).resource(snapshot)::create);
    awaitReady(name);
  }

  /** One that is not bound yet would go without the provider's copy. */
  private void awaitReady(String name) throws WorkspaceFault {
    try {
      client
          .genericKubernetesResources(VolumeSnapshot.RESOURCE)
          .inNamespace(namespace)
          .withName(name)
          .waitUntilCondition(
              one -> one != null && VolumeSnapshot.of(one).ready(),
              patience.toMillis(),
              TimeUnit.MILLISECONDS);
    } catch (KubernetesClientTimeoutException e) {
      throw WorkspaceFault.unavailable(
          "volume snapshot " + name + " was not brought back in " + patience.toSeconds() + " s", e);
    }
  }
}
