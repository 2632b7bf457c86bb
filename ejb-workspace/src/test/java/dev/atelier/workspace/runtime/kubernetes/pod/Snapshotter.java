// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Does what a snapshot controller and a storage provider do, in memory, several times a second. */
final class Snapshotter implements AutoCloseable {
  static final String CLASS = "csi";
  static final String BOUND = "snapshot.storage.kubernetes.io/volumesnapshot-bound-protection";

  /** What the provider has, by handle: the claim that it is a copy of. */
  final Map<String, String> copies = new ConcurrentHashMap<>();

  private final KubernetesClient client;
  private final String namespace;
  private final AtomicInteger count = new AtomicInteger();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  Snapshotter(KubernetesClient client, String namespace) throws Exception {
    this.client = client;
    this.namespace = namespace;
    try (InputStream kinds =
        Snapshotter.class.getResourceAsStream("/kubernetes/volume-snapshots.yaml")) {
      for (HasMetadata kind : client.load(kinds).items()) {
        client.resource(kind).createOr(existing -> existing.update());
      }
    }
    GenericKubernetesResource snapshotClass = new GenericKubernetesResource();
    snapshotClass.setApiVersion(VolumeSnapshot.GROUP + "/v1");
    snapshotClass.setKind("VolumeSnapshotClass");
    snapshotClass.setMetadata(new ObjectMetaBuilder().withName(CLASS).build());
    snapshotClass.setAdditionalProperty("driver", "player.example.org");
    snapshotClass.setAdditionalProperty("deletionPolicy", "Delete");
    await()
        .ignoreExceptions()
        .until(
            () ->
                client
                        .genericKubernetesResources(VolumeSnapshot.SNAPSHOT_CLASS)
                        .resource(snapshotClass)
                        .createOr(existing -> existing.update())
                    != null);
    var unused = timer.scheduleWithFixedDelay(this::look, 0, 100, TimeUnit.MILLISECONDS);
  }

  private MixedOperation<
          GenericKubernetesResource,
          GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      all(ResourceDefinitionContext kind) {
    return client.genericKubernetesResources(kind);
  }

  private void look() {
    try {
      for (GenericKubernetesResource one :
          all(VolumeSnapshot.RESOURCE).inNamespace(namespace).list().getItems()) {
        if (one.getMetadata().getDeletionTimestamp() != null) {
          delete(one);
        } else if (!VolumeSnapshot.of(one).ready()) {
          make(one);
        }
      }
    } catch (KubernetesClientException e) {
      // Whatever failed is tried again in a moment.
      System.out.println("snapshotter: " + e.getMessage());
    }
  }

  private void make(GenericKubernetesResource snapshot) {
    String name = snapshot.getMetadata().getName();
    String claim = snapshot.get("spec", "source", "persistentVolumeClaimName");
    String content = snapshot.get("spec", "source", "volumeSnapshotContentName");
    String handle;
    if (claim != null) {
      content = "snapcontent-" + snapshot.getMetadata().getUid();
      handle = "copy-" + count.incrementAndGet();
      copies.put(handle, claim);
      GenericKubernetesResource made = new GenericKubernetesResource();
      made.setApiVersion(VolumeSnapshot.GROUP + "/v1");
      made.setKind("VolumeSnapshotContent");
      made.setMetadata(new ObjectMetaBuilder().withName(content).build());
      made.setAdditionalProperty(
          "spec",
          Map.of(
              "deletionPolicy",
              "Retain",
              "driver",
              "player.example.org",
              "source",
              Map.of("volumeHandle", "volume-of-" + claim),
              "volumeSnapshotRef",
              Map.of("name", name, "namespace", namespace)));
      all(VolumeSnapshot.CONTENT).resource(made).create();
    } else {
      GenericKubernetesResource there = all(VolumeSnapshot.CONTENT).withName(content).get();
      handle = there == null ? "" : there.get("spec", "source", "snapshotHandle");
      if (!copies.containsKey(handle)) {
        return;
      }
    }
    patch(
        all(VolumeSnapshot.CONTENT).withName(content),
        "{\"status\":{\"readyToUse\":true,\"snapshotHandle\":\"%s\"}}".formatted(handle));
    var self = all(VolumeSnapshot.RESOURCE).inNamespace(namespace).withName(name);
    self.patch(
        PatchContext.of(PatchType.JSON_MERGE),
        "{\"metadata\":{\"finalizers\":[\"%s\"]}}".formatted(BOUND));
    patch(
        self,
        "{\"status\":{\"readyToUse\":true,\"restoreSize\":\"1Gi\",\"boundVolumeSnapshotContentName\":\"%s\"}}"
            .formatted(content));
  }

  private static void patch(Resource<GenericKubernetesResource> of, String status) {
    of.subresource("status").patch(PatchContext.of(PatchType.JSON_MERGE), status);
  }

  private void delete(GenericKubernetesResource snapshot) {
    String name = VolumeSnapshot.of(snapshot).content();
    GenericKubernetesResource content = all(VolumeSnapshot.CONTENT).withName(name).get();
    if (content != null && "Delete".equals(content.get("spec", "deletionPolicy"))) {
      copies.remove(VolumeSnapshot.handle(content).orElse(""));
      all(VolumeSnapshot.CONTENT).withName(name).delete();
    }
    all(VolumeSnapshot.RESOURCE)
        .inNamespace(namespace)
        .withName(snapshot.getMetadata().getName())
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}");
  }

  List<String> names() {
    return all(VolumeSnapshot.RESOURCE).inNamespace(namespace).list().getItems().stream()
        .map(one -> one.getMetadata().getName())
        .toList();
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
