// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atelier.workspace.domain.Format;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceControls;
import dev.atelier.workspace.domain.WorkspaceSpec;
import dev.atelier.workspace.domain.WorkspaceStatus;
import dev.atelier.workspace.store.HeardBy;
import dev.atelier.workspace.store.UnknownParts;
import dev.atelier.workspace.store.WorkspaceJson;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Between instances and their custom resources; pure. */
final class WorkspaceMapper {
  /** Maps of which an empty value is one too. */
  private static final Set<String> CLIENTS_WORDS = Set.of("annotations", "customConfig");

  private final WorkspaceJson json = new WorkspaceJson();

  /** What is in a status beside {@link WorkspaceStatus}. */
  private record Extra(
      long version,
      Instant createdAt,
      WorkspaceControls controls,
      TraceContext trace,
      String url) {}

  /**
   * The resource of a new instance. The API server ignores its status: that is written by itself.
   *
   * @param madeBy the manager that makes it
   */
  WorkspaceResource resource(Workspace workspace, String madeBy) {
    WorkspaceResource resource = new WorkspaceResource();
    resource.setMetadata(
        new ObjectMetaBuilder()
            .withName(workspace.id())
            .withLabels(labels(workspace.spec()))
            .addToAnnotations(Names.MADE_BY_ANNOTATION, madeBy)
            .withFinalizers(Names.FINALIZER)
            .build());
    JsonNode spec = json.tree(workspace.spec());
    resource.setSpec((ObjectNode) withoutEmpties(spec, spec));
    resource.setStatus(status(workspace));
    return resource;
  }

  /** A resource that somebody has made, with what an instance's has. */
  static WorkspaceResource held(WorkspaceResource found, WorkspaceSpec spec) {
    WorkspaceResource held = new WorkspaceResource();
    held.setMetadata(
        found
            .getMetadata()
            .edit()
            .addToLabels(labels(spec))
            .removeFromFinalizers(Names.FINALIZER)
            .addToFinalizers(Names.FINALIZER)
            .build());
    held.setSpec(found.getSpec());
    return held;
  }

  /** What its resource is found by. */
  static Map<String, String> labels(WorkspaceSpec spec) {
    return Map.of(Names.OWNER_LABEL, spec.owner(), Names.META_ID_LABEL, spec.metaId());
  }

  /** The status of an instance's resource. */
  ObjectNode status(Workspace workspace) {
    ObjectNode status = whole(workspace);
    return (ObjectNode) withoutEmpties(status, status);
  }

  /**
   * The status of an instance that has changed, with what is not known here as it was.
   *
   * @param kept the status that {@code before} was read from
   */
  ObjectNode status(Workspace before, Workspace after, ObjectNode kept) {
    ObjectNode own = whole(after);
    ObjectNode status = own.deepCopy();
    UnknownParts.carryOver(kept, whole(before), status);
    return (ObjectNode) withoutEmpties(status, own);
  }

  /** Whether a newer version has added something to the status that the instance was read from. */
  boolean hasUnknownParts(WorkspaceResource resource, Workspace read) {
    return UnknownParts.in(resource.getStatus(), whole(read));
  }

  /** Why only a newer version may touch a resource; empty: this one may. */
  static Optional<String> refusal(WorkspaceResource resource) {
    return Format.INSTANCE.refusal(
        "the resource of instance " + resource.getMetadata().getName(),
        resource.getStatus() == null ? 1 : resource.getStatus().path(Format.FIELD).asLong(1));
  }

  private ObjectNode whole(Workspace workspace) {
    ObjectNode status = (ObjectNode) json.tree(workspace.status());
    ObjectNode extra =
        (ObjectNode)
            json.tree(
                new Extra(
                    workspace.version(),
                    workspace.createdAt(),
                    workspace.controls(),
                    workspace.trace(),
                    workspace.spec().url()));
    status.setAll(extra);
    return status.put(Format.FIELD, Format.INSTANCE.number());
  }

  /** Whether a manager has taken it on: until then it is not an instance. */
  static boolean admitted(WorkspaceResource resource) {
    return resource.getStatus() != null && resource.getStatus().path("version").asLong() > 0;
  }

  /** Who has heard of the end of a resource's instance. */
  static HeardBy heard(WorkspaceResource resource) {
    Map<String, String> annotations = resource.getMetadata().getAnnotations();
    return annotations == null
        ? HeardBy.NOBODY
        : HeardBy.of(annotations.getOrDefault(Names.HEARD_ANNOTATION, ""));
  }

  /**
   * The instance of a resource that was taken on.
   *
   * @throws IOException it is none that this version can read
   */
  Workspace workspace(WorkspaceResource resource) throws IOException {
    ObjectNode status = resource.getStatus();
    Extra extra = json.value(status, Extra.class);
    WorkspaceSpec spec = spec(resource);
    if (extra.createdAt() == null || extra.controls() == null) {
      throw new IOException("status needs createdAt and controls");
    }
    return new Workspace(
        resource.getMetadata().getName(),
        extra.version(),
        extra.createdAt(),
        spec.url().isEmpty() ? spec.withUrl(extra.url()) : spec,
        extra.controls(),
        json.value(status, WorkspaceStatus.class),
        extra.trace());
  }

  /**
   * What a resource that nobody has taken on asks for, with defaults where it says nothing.
   *
   * @throws IOException it cannot be read
   */
  Workspace bare(WorkspaceResource resource) throws IOException {
    ObjectNode nothing = JsonNodeFactory.instance.objectNode();
    Extra extra = json.value(nothing, Extra.class);
    return new Workspace(
        resource.getMetadata().getName(),
        1,
        Instant.parse(resource.getMetadata().getCreationTimestamp()),
        spec(resource),
        extra.controls(),
        WorkspaceStatus.NEW,
        TraceContext.NONE);
  }

  private WorkspaceSpec spec(WorkspaceResource resource) throws IOException {
    if (resource.getSpec() == null) {
      throw new IOException("it has no spec");
    }
    WorkspaceSpec spec = json.value(resource.getSpec(), WorkspaceSpec.class);
    if (spec.owner().isEmpty() || spec.metaId().isEmpty() || spec.workspaceImage().isEmpty()) {
      throw new IOException("spec needs owner, metaId and workspaceImage");
    }
    return spec;
  }

  /**
   * Without what a missing value means anyhow.
   *
   * @param own the same without what is not known here, which stays as it is
   */
  private static JsonNode withoutEmpties(JsonNode tree, JsonNode own) {
    if (tree.isArray()) {
      for (int i = 0; i < tree.size(); i++) {
        withoutEmpties(tree.get(i), own.get(i));
      }
    } else if (tree instanceof ObjectNode object) {
      Iterator<Map.Entry<String, JsonNode>> fields = object.properties().iterator();
      while (fields.hasNext()) {
        Map.Entry<String, JsonNode> field = fields.next();
        JsonNode known = own.get(field.getKey());
        if (known == null || CLIENTS_WORDS.contains(field.getKey())) {
          continue;
        }
        JsonNode value = withoutEmpties(field.getValue(), known);
        if (value.isNull()
            || (value.isTextual() && value.textValue().isEmpty())
            || (value.isContainerNode() && value.isEmpty())) {
          fields.remove();
        }
      }
    }
    return tree;
  }
}
