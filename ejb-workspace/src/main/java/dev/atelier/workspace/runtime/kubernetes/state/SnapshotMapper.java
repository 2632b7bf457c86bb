// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atelier.workspace.domain.Format;
import dev.atelier.workspace.domain.Snapshot;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/** Between snapshots and their custom resources; pure. */
final class SnapshotMapper {
  private static final String DELETED_AT = "deletedAt";

  private SnapshotMapper() {}

  /** The resource of a snapshot. The API server ignores the status of a new one. */
  static SnapshotResource resource(Snapshot snapshot) {
    SnapshotResource resource = new SnapshotResource();
    resource.setMetadata(
        new ObjectMetaBuilder()
            .withName(snapshot.id())
            .addToLabels(Names.OWNER_LABEL, snapshot.owner())
            .addToLabels(Names.META_ID_LABEL, snapshot.metaId())
            .addToLabels(Names.INSTANCE_LABEL, snapshot.instanceId())
            .build());
    resource.setSpec(
        object()
            .put("instanceId", snapshot.instanceId())
            .put("owner", snapshot.owner())
            .put("metaId", snapshot.metaId())
            .put("createdAt", snapshot.createdAt().toString()));
    resource.setStatus(status(snapshot));
    return resource;
  }

  static ObjectNode status(Snapshot snapshot) {
    ObjectNode status = object().put("state", snapshot.state().name());
    status.put(Format.FIELD, Format.SNAPSHOT.number());
    // A null takes away what was there.
    status.put("message", snapshot.message().isEmpty() ? null : snapshot.message());
    status.put("settledAt", snapshot.settledAt().map(Instant::toString).orElse(null));
    status.put(DELETED_AT, snapshot.deletedAt().map(Instant::toString).orElse(null));
    return status;
  }

  /** Why only a newer version may touch a resource; empty: this one may. */
  static Optional<String> refusal(SnapshotResource resource) {
    return Format.SNAPSHOT.refusal(
        "the resource of snapshot " + resource.getMetadata().getName(),
        resource.getStatus() == null ? 1 : resource.getStatus().path(Format.FIELD).asLong(1));
  }

  /** The snapshot of a resource; empty when somebody made one that is none. */
  static Optional<Snapshot> snapshot(SnapshotResource resource) {
    ObjectNode spec = resource.getSpec() == null ? object() : resource.getSpec();
    ObjectNode status = resource.getStatus() == null ? object() : resource.getStatus();
    try {
      return Optional.of(
          new Snapshot(
              resource.getMetadata().getName(),
              spec.path("instanceId").asText(),
              spec.path("owner").asText(),
              spec.path("metaId").asText(),
              Instant.parse(spec.path("createdAt").asText()),
              Snapshot.State.valueOf(status.path("state").asText(Snapshot.State.UNDERWAY.name())),
              status.path("message").asText(),
              time(status, "settledAt"),
              time(status, DELETED_AT)));
    } catch (DateTimeException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> time(ObjectNode status, String field) {
    return status.hasNonNull(field)
        ? Optional.of(Instant.parse(status.get(field).asText()))
        : Optional.empty();
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
