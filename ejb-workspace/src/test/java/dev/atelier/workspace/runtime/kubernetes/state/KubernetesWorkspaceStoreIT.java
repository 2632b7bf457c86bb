// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFault.Code;
import dev.atelier.workspace.store.HeardStore;
import dev.atelier.workspace.store.Samples;
import dev.atelier.workspace.store.WorkspaceStore;
import dev.atelier.workspace.store.WorkspaceStoreContract;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What every store promises, by custom resources of a real API server. */
class KubernetesWorkspaceStoreIT extends WorkspaceStoreContract {
  private ApiCluster cluster;
  private ApiPlace apiPlace;

  @BeforeAll
  static void cluster() {
    assumeTrue(ApiCluster.there("the store of workspaces in custom resources"));
  }

  @Override
  protected Place place() throws IOException {
    cluster = new ApiCluster();
    apiPlace = new ApiPlace(cluster);
    return apiPlace;
  }

  @AfterEach
  void closeCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static final class ApiPlace implements Place {
    private final ApiCluster cluster;
    private final Map<WorkspaceStore, KubernetesClient> clients = new ConcurrentHashMap<>();

    ApiPlace(ApiCluster cluster) {
      this.cluster = cluster;
    }

    @Override
    public KubernetesWorkspaceStore open() throws WorkspaceFault {
      KubernetesClient client = cluster.overTheLine();
      KubernetesWorkspaceStore store =
          new KubernetesWorkspaceStore(client, cluster.namespace, "manager-" + clients.size());
      clients.put(store, client);
      store.start();
      store.awaitFilled(Duration.ofSeconds(20));
      return store;
    }

    @Override
    public HeardStore heard(WorkspaceStore store) {
      return ((KubernetesWorkspaceStore) store).heard();
    }

    @Override
    public void close(WorkspaceStore store) {
      ((KubernetesWorkspaceStore) store).close();
      clients.remove(store).close();
    }

    @Override
    public boolean severalManagers() {
      return true;
    }

    @Override
    public int writes() {
      return cluster.writes();
    }

    @Override
    public int largest() {
      return 1 << 20;
    }

    @Override
    public int rounds() {
      return 20;
    }

    @Override
    public void down() {
      cluster.line.down();
    }

    @Override
    public void breakInNextChange() {
      cluster.breakInNextChange();
    }

    @Override
    public void up() {
      cluster.line.up();
    }

    @Override
    public int secrets() {
      return all().size();
    }

    @Override
    public int credentials() {
      return (int)
          all().stream().filter(one -> one.getData().containsKey("credentials.json")).count();
    }

    @Override
    public ObjectNode record(String id) {
      return named(id).get().getStatus();
    }

    @Override
    public void rewrite(String id, ObjectNode record) {
      named(id)
          .subresource("status")
          .edit(
              resource -> {
                resource.setStatus(record);
                return resource;
              });
    }

    private Resource<WorkspaceResource> named(String id) {
      return cluster
          .client
          .resources(WorkspaceResource.class)
          .inNamespace(cluster.namespace)
          .withName(id);
    }

    private List<Secret> all() {
      return cluster
          .client
          .secrets()
          .inNamespace(cluster.namespace)
          .withLabel(Names.SECRET_LABEL, InstanceSecrets.KIND)
          .list()
          .getItems();
    }
  }

  @Test
  void whatIsTooLargeForTheClusterIsRefusedAndLeavesNothing() throws WorkspaceFault {
    KubernetesWorkspaceStore store = apiPlace.open();
    try {
      Workspace small = Samples.pending("a");
      Workspace large =
          small.withSpec(small.spec().withAnnotations(Map.of("name", "v".repeat(4 << 20))));
      WorkspaceFault fault =
          catchThrowableOfType(WorkspaceFault.class, () -> store.create(large, Samples.secrets()));
      assertThat(fault.code()).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(fault.violations())
          .singleElement()
          .satisfies(
              violation -> {
                assertThat(violation.field()).isEqualTo("spec");
                assertThat(violation.description()).contains("too large").hasSizeLessThan(500);
              });
      store.create(small, Samples.secrets());
      fault =
          catchThrowableOfType(
              WorkspaceFault.class,
              () ->
                  store.update(
                      "a", w -> w.withStatus(w.status().withMessage("m".repeat(4 << 20)))));
      assertThat(fault.code()).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(store.get("a")).contains(small);
    } finally {
      apiPlace.close(store);
    }
  }
}
