// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.runtime.kubernetes.state.WorkspaceCache.Known;
import dev.atelier.workspace.store.HeardBy;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The requests about the resources of instances, one method each. */
final class WorkspaceApi {
  private final WorkspaceMapper mapper = new WorkspaceMapper();
  private final KubernetesClient client;
  private final String namespace;
  private final String identity;

  /**
   * Asks in one namespace.
   *
   * @param identity of this manager
   */
  WorkspaceApi(KubernetesClient client, String namespace, String identity) {
    this.client = client;
    this.namespace = namespace;
    this.identity = identity;
  }

  /** The state of a resource; empty when there is none. */
  Optional<WorkspaceResource> get(String id) throws ApiFailure {
    return ApiFailure.ask(() -> Optional.ofNullable(named(id).get()));
  }

  /** All that there are now. */
  List<WorkspaceResource> list() throws ApiFailure {
    return ApiFailure.ask(() -> all().list().getItems());
  }

  /** Makes the resource of a new instance, which is none before its status is written. */
  WorkspaceResource create(Workspace workspace) throws ApiFailure {
    WorkspaceResource resource = mapper.resource(workspace, identity);
    resource.setStatus(null);
    return ApiFailure.ask(() -> all().resource(resource).create());
  }

  /** Writes a status, unless anything of the resource has changed since {@code revision}. */
  WorkspaceResource writeStatus(Workspace workspace, String uid, long revision) throws ApiFailure {
    return writeStatus(workspace.id(), uid, revision, mapper.status(workspace));
  }

  /** Writes the status of an instance that has changed, with what is not known here as it was. */
  WorkspaceResource writeStatus(Known before, Workspace after) throws ApiFailure {
    return writeStatus(
        after.id(),
        before.uid(),
        before.revision(),
        before.kept().isEmpty()
            ? mapper.status(after)
            : mapper.status(before.workspace(), after, before.kept().get()));
  }

  private WorkspaceResource writeStatus(String id, String uid, long revision, ObjectNode status)
      throws ApiFailure {
    WorkspaceResource resource = new WorkspaceResource();
    resource.setMetadata(
        new ObjectMetaBuilder()
            .withName(id)
            .withNamespace(namespace)
            .withUid(uid)
            .withResourceVersion(Long.toString(revision))
            .build());
    resource.setStatus(status);
    return ApiFailure.ask(() -> all().resource(resource).updateStatus());
  }

  /** Writes labels, annotations and finalizers, unless anything has changed in between. */
  WorkspaceResource writeMetadata(WorkspaceResource resource) throws ApiFailure {
    return ApiFailure.ask(() -> all().resource(resource).update());
  }

  /** Writes who has heard of an end, unless anything of the resource has changed since. */
  WorkspaceResource writeHeard(String id, String uid, long revision, HeardBy heard)
      throws ApiFailure {
    return patch(
        id,
        Map.of(
            "uid",
            uid,
            "resourceVersion",
            Long.toString(revision),
            "annotations",
            Map.of(Names.HEARD_ANNOTATION, heard.text())));
  }

  /**
   * Lets go of a resource, so that a deletion can go on.
   *
   * @return its revision afterwards
   */
  long release(String id, List<String> finalizers) throws ApiFailure {
    List<String> others = finalizers.stream().filter(f -> !f.equals(Names.FINALIZER)).toList();
    return WorkspaceCache.revision(patch(id, Map.of("finalizers", others)));
  }

  private WorkspaceResource patch(String id, Map<String, Object> metadata) throws ApiFailure {
    String patch = client.getKubernetesSerialization().asJson(Map.of("metadata", metadata));
    // Of one that is only named the client would read all of it first.
    WorkspaceResource bare = new WorkspaceResource();
    bare.setMetadata(new ObjectMetaBuilder().withName(id).withNamespace(namespace).build());
    return ApiFailure.ask(
        () -> all().resource(bare).patch(PatchContext.of(PatchType.JSON_MERGE), patch));
  }

  /** Deletes a resource, unless anything of it has changed since {@code revision}. */
  void delete(String id, long revision) throws ApiFailure {
    ApiFailure.ask(() -> named(id).lockResourceVersion(Long.toString(revision)).delete());
  }

  private Resource<WorkspaceResource> named(String id) {
    return all().withName(id);
  }

  private NonNamespaceOperation<
          WorkspaceResource, KubernetesResourceList<WorkspaceResource>, Resource<WorkspaceResource>>
      all() {
    return client.resources(WorkspaceResource.class).inNamespace(namespace);
  }
}
