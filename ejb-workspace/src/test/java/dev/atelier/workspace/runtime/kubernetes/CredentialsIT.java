// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.StartRequestBuilder;
import dev.atelier.workspace.domain.StartRequestSpecBuilder;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.runtime.kubernetes.state.ApiCluster;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Credentials in pods whose keepers can never be asked anything; the test plays the kubelet. */
class CredentialsIT {
  private static final String POD = "ws-a";
  private static final String ANNOTATION = "workspace.atelier.dev/credentials";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private ApiCluster cluster;
  private PlayedKubelet kubelet;
  private RingManager manager;

  @BeforeAll
  static void cluster() {
    assumeTrue(ApiCluster.there("credentials that are erased from Secrets of pods"));
  }

  @BeforeEach
  void open() throws Exception {
    cluster = new ApiCluster();
    kubelet = new PlayedKubelet(cluster.client, cluster.namespace);
    manager = leader("one");
  }

  private RingManager leader(String name) throws Exception {
    RingManager next = new RingManager(cluster, name);
    next.awaitLeading(Duration.ofSeconds(30));
    return next;
  }

  @AfterEach
  void close() {
    if (cluster != null) {
      manager.close();
      kubelet.close();
      cluster.close();
    }
  }

  private static StartRequest request() {
    StartRequest request = Workspaces.request("a");
    Initializer git =
        new Initializer.Git(
            "https://example.org/one.git",
            "",
            CloneTargetMode.REMOTE_HEAD,
            "",
            "",
            Map.of(),
            new GitAuthentication(GitAuthentication.Method.BASIC, "user", "hunter2", ""),
            false);
    return StartRequestBuilder.builder(request)
        .spec(StartRequestSpecBuilder.builder(request.spec()).initializer(git).build())
        .build();
  }

  private Secret secret() {
    return cluster.client.secrets().inNamespace(cluster.namespace).withName(POD).get();
  }

  private String order() {
    return new String(
        Base64.getDecoder().decode(secret().getData().get("order")), StandardCharsets.UTF_8);
  }

  private String note() {
    Pod pod = cluster.client.pods().inNamespace(cluster.namespace).withName(POD).get();
    return pod.getMetadata().getAnnotations().get(ANNOTATION);
  }

  private void awaitErased() {
    Awaiting.await("erased", PATIENCE, () -> note().equals("erased"), this::note);
    assertThat(order())
        .contains("owner=owner", "keeper.finalization=")
        .doesNotContain("hunter2", "initializer.");
  }

  @Test
  void goFromTheSecretThoughNoMetricCanBeReadAndTheNextManagerGoesOn() throws Exception {
    manager.operations.start(request(), Caller.MANAGER);
    manager.await("a", Phase.RUNNING);
    awaitErased();
    assertThat(secret().getData()).containsKeys("environment", "first", "again");

    // As one leaves it that is lost before it is done.
    manager.lose();
    String order = order() + "initializer.kind=git\ninitializer.password=hunter2\n";
    String encoded = Base64.getEncoder().encodeToString(order.getBytes(StandardCharsets.UTF_8));
    patchSecret("{\"data\":{\"order\":\"%s\"}}".formatted(encoded));
    cluster
        .client
        .pods()
        .inNamespace(cluster.namespace)
        .withName(POD)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\":{\"annotations\":{\"%s\":\"held\"}}}".formatted(ANNOTATION));
    RingManager lost = manager;
    manager = leader("two");
    lost.close();
    awaitErased();
  }

  private void patchSecret(String patch) {
    cluster
        .client
        .secrets()
        .inNamespace(cluster.namespace)
        .withName(POD)
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }
}
