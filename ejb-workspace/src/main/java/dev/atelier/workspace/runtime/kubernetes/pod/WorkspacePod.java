// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.domain.WorkspaceClass;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an instance is as a pod. Pure. */
final class WorkspacePod {
  /** After the finalization there is time to say how it went. */
  private static final long SPARE_SECONDS = 120;

  private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

  private final PodSettings settings;
  private final PodRequest request;
  private final WorkspaceClass sizes;
  private final PodClass podClass;
  private final PodContainers containers;
  private final PodVolume volume;

  private WorkspacePod(
      PodSettings settings,
      PodRequest request,
      WorkspaceClass sizes,
      PodClass podClass,
      PodVolume volume) {
    this.settings = settings;
    this.request = request;
    this.sizes = sizes;
    this.podClass = podClass;
    this.volume = volume;
    this.containers = new PodContainers(settings, request, sizes, podClass);
  }

  /** The pod, with the class's template merged in. */
  static Pod of(
      PodSettings settings,
      PodRequest request,
      WorkspaceClass sizes,
      PodClass podClass,
      PodVolume volume) {
    Pod pod = new WorkspacePod(settings, request, sizes, podClass, volume).pod();
    if (podClass.template().isEmpty()) {
      return pod;
    }
    Map<String, Object> fields = fields(pod);
    return SERIALIZATION.convertValue(DeepMerge.of(fields, podClass.template()), Pod.class);
  }

  @SuppressWarnings("unchecked") // The fields of an object have names.
  private static Map<String, Object> fields(Pod pod) {
    return SERIALIZATION.convertValue(pod, LinkedHashMap.class);
  }

  private Pod pod() {
    PodSecurityContextBuilder security =
        new PodSecurityContextBuilder()
            .withRunAsNonRoot(true)
            .withRunAsUser(settings.user())
            .withRunAsGroup(settings.user())
            .withNewSeccompProfile()
            .withType("RuntimeDefault")
            .endSeccompProfile();
    if (volume.claim().isPresent()) {
      // An empty folder may be written to by everybody, a disk by its owner.
      security.withFsGroup(settings.user()).withFsGroupChangePolicy("OnRootMismatch");
    }
    return new PodBuilder()
        .withNewMetadata()
        .withName(request.name())
        .withLabels(request.labels())
        .withAnnotations(annotations())
        .withFinalizers(request.warm() ? List.of() : List.of(PodNames.FINALIZER))
        .endMetadata()
        .withNewSpec()
        .withRestartPolicy("Never")
        .withTerminationGracePeriodSeconds(settings.patience().toSeconds() + SPARE_SECONDS)
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withSecurityContext(security.build())
        .withImagePullSecrets(
            settings.pullSecrets().stream().map(LocalObjectReference::new).toList())
        .withNodeSelector(podClass.nodeSelector())
        .withTolerations(
            podClass.tolerations().stream()
                .map(one -> SERIALIZATION.convertValue(one, Toleration.class))
                .toList())
        .withInitContainers(containers.first())
        .withContainers(containers.main())
        .withVolumes(volumes())
        .endSpec()
        .build();
  }

  private Map<String, String> annotations() {
    Map<String, String> annotations = new LinkedHashMap<>();
    annotations.put("kubectl.kubernetes.io/default-container", PodNames.WORKSPACE);
    if (settings.store().bucket().isPresent()) {
      annotations.put(PodNames.SIGNED, PodNames.BUCKET);
    } else if (containers.served()) {
      annotations.put(PodNames.SIGNED, PodNames.FOLDER);
    }
    if (volume.claim().isPresent() && request.saved()) {
      podClass.snapshotClass().ifPresent(to -> annotations.put(PodNames.SNAPSHOT_CLASS, to));
    }
    return annotations;
  }

  private List<Volume> volumes() {
    List<Volume> volumes = new ArrayList<>();
    long storage = volume.bytes(sizes.resources().storageBytes());
    volumes.add(
        this.volume.claim().isPresent()
            ? new VolumeBuilder()
                .withName("volume")
                .withNewPersistentVolumeClaim()
                .withClaimName(this.volume.claim().get())
                .endPersistentVolumeClaim()
                .build()
            : empty("volume", storage));
    volumes.add(empty("programs", 16L << 20));
    volumes.add(empty("state", 16L << 20));
    volumes.add(empty("out", 1L << 30));
    volumes.add(empty("scratch", 1L << 30));
    if (containers.layered()) {
      volumes.add(empty("ide", 0));
    }
    if (request.warm()) {
      volumes.add(memory("start"));
      volumes.add(memory("order"));
    } else {
      volumes.add(secret("start", List.of("environment", "first", "again")));
      volumes.add(secret("order", List.of("order")));
    }
    if (containers.served()) {
      volumes.add(empty("door", 1L << 20));
      volumes.add(empty("asks", 16L << 20));
      volumes.add(labels());
      Map<String, Object> store = new LinkedHashMap<>(settings.storeVolume());
      store.put("name", "store");
      volumes.add(SERIALIZATION.convertValue(store, Volume.class));
    }
    return volumes;
  }

  private static Volume empty(String volume, long bytes) {
    EmptyDirVolumeSource source = new EmptyDirVolumeSource();
    if (bytes > 0) {
      source.setSizeLimit(PodContainers.bytes(bytes));
    }
    return new VolumeBuilder().withName(volume).withEmptyDir(source).build();
  }

  private static Volume memory(String volume) {
    EmptyDirVolumeSource source = new EmptyDirVolumeSource();
    source.setMedium("Memory");
    source.setSizeLimit(PodContainers.bytes(4L << 20));
    return new VolumeBuilder().withName(volume).withEmptyDir(source).build();
  }

  /** Those of the pod, which change when an instance takes over a pod that waited for one. */
  private static Volume labels() {
    return new VolumeBuilder()
        .withName("labels")
        .withNewDownwardAPI()
        .addNewItem()
        .withPath("labels")
        .withNewFieldRef()
        .withFieldPath("metadata.labels")
        .endFieldRef()
        .endItem()
        .endDownwardAPI()
        .build();
  }

  private Volume secret(String volume, List<String> keys) {
    VolumeBuilder secret = new VolumeBuilder().withName(volume);
    var source = secret.withNewSecret().withSecretName(request.name()).withDefaultMode(0444);
    for (String key : keys) {
      source.addNewItem().withKey(key).withPath(key).endItem();
    }
    return source.endSecret().build();
  }
}
