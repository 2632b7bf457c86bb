// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What matters of a CSI VolumeSnapshot.
 *
 * @param name of it
 * @param labels of it
 * @param createdAt when it was asked for
 * @param ready whether a volume can be made of it
 * @param content the name of the VolumeSnapshotContent that it is bound to; may be empty
 * @param restoreBytes least bytes of a volume that is made of it, 0: not known
 * @param error what the snapshotter said last; may be empty
 */
record VolumeSnapshot(
    String name,
    Map<String, String> labels,
    Instant createdAt,
    boolean ready,
    String content,
    long restoreBytes,
    String error) {
  static final String GROUP = "snapshot.storage.k8s.io";
  static final ResourceDefinitionContext RESOURCE = resource("VolumeSnapshot", true);
  static final ResourceDefinitionContext CONTENT = resource("VolumeSnapshotContent", false);
  static final ResourceDefinitionContext SNAPSHOT_CLASS = resource("VolumeSnapshotClass", false);

  /** Copies what was given. */
  VolumeSnapshot {
    labels = Map.copyOf(labels);
  }

  private static ResourceDefinitionContext resource(String kind, boolean namespaced) {
    String plural = kind.toLowerCase(Locale.ROOT) + (kind.endsWith("s") ? "es" : "s");
    return new ResourceDefinitionContext.Builder()
        .withGroup(GROUP)
        .withVersion("v1")
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(namespaced)
        .build();
  }

  static VolumeSnapshot of(GenericKubernetesResource resource) {
    Map<String, String> labels = resource.getMetadata().getLabels();
    Object ready = resource.get("status", "readyToUse");
    return new VolumeSnapshot(
        resource.getMetadata().getName(),
        labels == null ? Map.of() : labels,
        PodView.instant(resource.getMetadata().getCreationTimestamp()).orElse(Instant.EPOCH),
        Boolean.TRUE.equals(ready),
        text(resource.get("status", "boundVolumeSnapshotContentName")),
        bytes(text(resource.get("status", "restoreSize"))),
        text(resource.get("status", "error", "message")));
  }

  /** The provider's name for what is behind a VolumeSnapshotContent. */
  static Optional<String> handle(GenericKubernetesResource content) {
    return Optional.of(text(content.get("status", "snapshotHandle")))
        .filter(handle -> !handle.isEmpty());
  }

  private static String text(Object value) {
    return value == null ? "" : value.toString();
  }

  private static long bytes(String quantity) {
    try {
      return quantity.isEmpty() ? 0 : Quantity.getAmountInBytes(new Quantity(quantity)).longValue();
    } catch (IllegalArgumentException e) {
      return 0;
    }
  }

  boolean of(String owner, String metaId) {
    return owner.equals(labels.get(PodNames.OWNER)) && metaId.equals(labels.get(PodNames.META_ID));
  }
}
