// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.store.SnapshotStore;
import dev.atelier.workspace.store.SnapshotStoreContract;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** What every store of snapshots promises, by custom resources of a real API server. */
class KubernetesSnapshotStoreIT extends SnapshotStoreContract {
  private final List<AutoCloseable> open = new ArrayList<>();
  private ApiCluster cluster;

  @BeforeAll
  static void cluster() {
    assumeTrue(ApiCluster.there("the store of snapshots in custom resources"));
  }

  @Override
  protected SnapshotStore empty() throws Exception {
    cluster = new ApiCluster();
    return another();
  }

  @Override
  protected SnapshotStore another() throws Exception {
    KubernetesClient client = cluster.overTheLine();
    KubernetesSnapshotStore store = new KubernetesSnapshotStore(client, cluster.namespace);
    open.add(store);
    open.add(client);
    store.start();
    store.awaitFilled(Duration.ofSeconds(20));
    return store;
  }

  @Override
  protected void rewrite(String id, int format) {
    named(id)
        .subresource("status")
        .edit(
            resource -> {
              resource.getStatus().put("format", format).putObject("invented").put("empty", "");
              return resource;
            });
  }

  @Override
  protected boolean hasUnknownMember(String id) {
    return named(id).get().getStatus().path("invented").has("empty");
  }

  private Resource<SnapshotResource> named(String id) {
    return cluster
        .client
        .resources(SnapshotResource.class)
        .inNamespace(cluster.namespace)
        .withName(id);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }
}
