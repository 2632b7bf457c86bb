// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFault.Code;
import dev.atelier.workspace.operations.Adoption;
import dev.atelier.workspace.runtime.kubernetes.Awaiting;
import dev.atelier.workspace.store.Samples;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What is left of managers that died in the middle of a start, by a real API server. */
@EnabledIf("there")
class HalfMadeIT {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration SOON = Duration.ofSeconds(30);

  private ApiCluster cluster;
  private KubernetesClient client;
  private KubernetesWorkspaceStore store;
  private WorkspaceApi api;
  private Claims claims;

  static boolean there() {
    return ApiCluster.there("the sweep of half-made instances");
  }

  @BeforeEach
  void open() throws IOException, WorkspaceFault {
    cluster = new ApiCluster();
    client = cluster.client;
    store = new KubernetesWorkspaceStore(client, cluster.namespace, "sweeper", PATIENCE);
    store.start();
    store.awaitFilled(SOON);
    api = new WorkspaceApi(client, cluster.namespace, "dead");
    claims = new Claims(client, cluster.namespace, (id, uid) -> true);
  }

  @AfterEach
  void close() {
    store.close();
    cluster.close();
  }

  /** A maker that came as far as its names. */
  private WorkspaceResource halfMade(Workspace workspace) throws ApiFailure, WorkspaceFault {
    WorkspaceResource made = api.create(workspace);
    claims.take(workspace, made.getMetadata().getUid());
    return made;
  }

  private static Workspace sameMetaId(String id, Workspace other) {
    Workspace one = Samples.pending(id);
    return one.withSpec(one.spec().withMetaId(other.spec().metaId()));
  }

  private int resources() {
    return client
        .resources(WorkspaceResource.class)
        .inNamespace(cluster.namespace)
        .list()
        .getItems()
        .size();
  }

  private int claimed() {
    return client
        .configMaps()
        .inNamespace(cluster.namespace)
        .withLabel(Names.CLAIM_LABEL)
        .list()
        .getItems()
        .size();
  }

  private int secrets() {
    return client
        .secrets()
        .inNamespace(cluster.namespace)
        .withLabel(Names.SECRET_LABEL)
        .list()
        .getItems()
        .size();
  }

  private void awaitNothingLeft() {
    Awaiting.await(
        "nothing is left",
        SOON,
        () -> resources() + claimed() + secrets() == 0,
        () -> resources() + " resources, " + claimed() + " claims, " + secrets() + " secrets");
  }

  @Test
  void whoeverLeadsRemovesThemWithAllThatIsTheirs() throws ApiFailure, WorkspaceFault {
    WorkspaceResource made = halfMade(Samples.pending("a"));
    try (Caretaker caretaker = new Caretaker(store, new Adoption(null, null, null, null))) {
      caretaker.lead();
      assertThat(store.list()).isEmpty();
      awaitNothingLeft();
    }
    assertThat(catchThrowableOfType(ApiFailure.class, () -> finish(made, Samples.pending("a"))))
        .isNotNull();
  }

  @Test
  void theirNamesAreTakenUntilTheirMakerCountsAsDead()
      throws ApiFailure, WorkspaceFault, InterruptedException {
    Workspace first = Samples.pending("a");
    WorkspaceResource made = halfMade(first);
    Workspace second = sameMetaId("b", first);
    WorkspaceFault refused =
        catchThrowableOfType(WorkspaceFault.class, () -> store.create(second, Samples.secrets()));
    assertThat(refused.code()).isEqualTo(Code.ALREADY_EXISTS);

    TimeUnit.MILLISECONDS.sleep(PATIENCE.plusMillis(100).toMillis());
    store.create(second, Samples.secrets());
    assertThat(store.list()).extracting(Workspace::id).containsExactly("b");
    assertThat(catchThrowableOfType(ApiFailure.class, () -> finish(made, first))).isNotNull();
    assertThat(store.list()).extracting(Workspace::id).containsExactly("b");
  }

  /** What a maker that was only slow would do last. */
  private void finish(WorkspaceResource made, Workspace workspace) throws ApiFailure {
    WorkspaceResource unused =
        api.writeStatus(workspace, made.getMetadata().getUid(), WorkspaceCache.revision(made));
  }

  @Test
  void aMakerThatIsOnlySlowMayFinish() throws ApiFailure, WorkspaceFault {
    Workspace slow = Samples.pending("a");
    WorkspaceResource made = halfMade(slow);
    finish(made, slow);
    Awaiting.await("it is an instance", SOON, () -> known("a"), () -> resources() + " resources");
  }

  private boolean known(String id) {
    try {
      return store.get(id).isPresent();
    } catch (WorkspaceFault e) {
      throw new AssertionError(e);
    }
  }
}
