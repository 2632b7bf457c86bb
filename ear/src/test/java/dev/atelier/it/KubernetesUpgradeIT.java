// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.atelier.cluster.KeptResources;
import dev.atelier.cluster.KubeletPlayer;
import dev.atelier.cluster.TestNamespace;
import dev.atelier.proto.wsman.MarkActiveRequest;
import dev.atelier.proto.wsman.PortSpec;
import dev.atelier.proto.wsman.PortVisibility;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.StopWorkspacePolicy;
import dev.atelier.proto.wsman.TakeSnapshotRequest;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import dev.atelier.proto.wsman.WorkspaceType;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** A manager goes on from the resources that the first version has left. */
@EnabledIf("there")
@Timeout(300)
class KubernetesUpgradeIT {
  private static final String FOREVER = "876000h";
  private static final Path MANIFESTS = Path.of("../config/kubernetes");
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Set to the jar of an earlier version and the file for what it leaves, separated by a colon. */
  private static final String MAKE = "ATELIER_UPGRADE_MAKE";

  private static final String PASSWORD = "GVxpjCpUzt2ZbMrwXhzAqr9q";
  private static final String TOKEN_OF_RUNNING = "5yy0ITtLVN8Z9QpUjkq0eszFLMrRQOl7SqcZD9gOrjs";
  private static final String SNAPSHOT = "atelier-snapshot:b99d44e1b1111a0f8e720e496289785a";

  @TempDir Path folder;

  static boolean there() {
    return TestNamespace.there("resources of an earlier version");
  }

  private static Map<String, String> config() {
    Map<String, String> config = new TreeMap<>();
    config.put("atelier.runtime", "kubernetes");
    config.put("atelier.kubernetes.store-volume", "{\"emptyDir\":{}}");
    config.put("atelier.timeouts.retention", FOREVER);
    config.put("atelier.security.session-timeout", "1h");
    return config;
  }

  @Test
  @EnabledIfEnvironmentVariable(named = MAKE, matches = ".+:.+")
  void make() throws Exception {
    Path jar = Path.of(System.getenv(MAKE).split(":", -1)[0]);
    Path file = Path.of(System.getenv(MAKE).split(":", -1)[1]);
    try (TestNamespace namespace = new TestNamespace(MANIFESTS);
        KubeletPlayer player = new KubeletPlayer(namespace.name());
        AtelierServer server =
            AtelierServer.start(
                jar, folder.resolve("data"), config(), namespace.environment(folder));
        ManagerClient client = new ManagerClient(server.grpcPort())) {
      start(client, "running");
      start(client, "lost");
      start(client, "stopped");
      for (String id : new String[] {"running", "lost", "stopped"}) {
        awaitPhase(client, id, WorkspacePhase.RUNNING);
      }
      assertThat(player.took()).containsKeys("running", "lost", "stopped");
      var unused =
          client.calls().markActive(MarkActiveRequest.newBuilder().setId("running").build());
      String url =
          client
              .calls()
              .takeSnapshot(
                  TakeSnapshotRequest.newBuilder()
                      .setId("running")
                      .setReturnImmediately(true)
                      .build())
              .getUrl();
      client.stop("stopped", StopWorkspacePolicy.ABORT);
      awaitPhase(client, "stopped", WorkspacePhase.STOPPED);
      Matcher password = Pattern.compile("Password (\\S+)").matcher(server.log());
      assertThat(password.find()).isTrue();
      System.out.printf(
          "password %s%ntoken %s%nsnapshot %s%n",
          password.group(1),
          client.describe("running").orElseThrow().getAuth().getOwnerToken(),
          url);
      server.kill();
      namespace.client().pods().inNamespace(namespace.name()).withName("ws-lost").delete();
      KeptResources.write(namespace, file);
    }
  }

  private static void start(ManagerClient client, String id) {
    StartWorkspaceRequest.Builder request = ManagerClient.request(id, "default").toBuilder();
    request
        .getSpecBuilder()
        .setTimeout(FOREVER)
        .setMaximumLifetime(FOREVER)
        .addPorts(
            PortSpec.newBuilder()
                .setPort(3000)
                .setVisibility(PortVisibility.PORT_VISIBILITY_PUBLIC));
    var unused = client.calls().startWorkspace(request.build());
  }

  @Test
  @DisabledIfEnvironmentVariable(named = MAKE, matches = ".+")
  void managerGoesOnFromResourcesWithoutANumber() throws Exception {
    try (TestNamespace namespace = new TestNamespace(MANIFESTS)) {
      KeptResources.make(KeptResources.text("/upgrade/resources-1.yaml"), namespace);
      try (KubeletPlayer player = new KubeletPlayer(namespace.name())) {
        await().atMost(PATIENCE).until(() -> player.took().containsKey("running"));
        try (AtelierServer server =
                AtelierServer.start(
                    Path.of(System.getProperty("atelier.jar")),
                    folder.resolve("data"),
                    config(),
                    namespace.environment(folder));
            ManagerClient client = new ManagerClient(server.grpcPort())) {
          goesOn(server, client);
          assertThat(server.log()).doesNotContain("SEVERE");
        }
      }
    }
  }

  private static void goesOn(AtelierServer server, ManagerClient client) {
    WorkspaceStatus lost = awaitPhase(client, "lost", WorkspacePhase.STOPPED);
    assertThat(lost.getConditions().getFailed()).isNotEmpty();
    assertThat(client.describe("stopped").orElseThrow().getPhase())
        .isEqualTo(WorkspacePhase.STOPPED);
    WorkspaceStatus running = client.describe("running").orElseThrow();
    assertThat(running.getPhase()).isEqualTo(WorkspacePhase.RUNNING);
    assertThat(running.getAuth().getOwnerToken()).isEqualTo(TOKEN_OF_RUNNING);
    assertThat(running.getConditions().hasFirstUserActivity()).isTrue();
    assertThat(running.getSpec().getExposedPorts(0).getVisibility())
        .isEqualTo(PortVisibility.PORT_VISIBILITY_PUBLIC);
    assertThatThrownBy(
            () ->
                client.start(
                    "other",
                    "running",
                    WorkspaceType.REGULAR,
                    ManagerClient.request("x", "default").getSpec().getInitializer(),
                    ""))
        .hasMessageContaining("ALREADY_EXISTS");
    assertThat(asAdmin(server, "/api/v1/me").body()).contains("\"admin\":true");
    assertThat(asAdmin(server, "/api/v1/snapshots").body()).contains(SNAPSHOT);

    client.stop("running", StopWorkspacePolicy.ABORT);
    WorkspaceStatus stopped = awaitPhase(client, "running", WorkspacePhase.STOPPED);
    assertThat(stopped.getConditions().getFailed()).isEmpty();
    assertThat(stopped.getStatusVersion()).isGreaterThan(running.getStatusVersion());
    client.start(
        "next",
        "running",
        WorkspaceType.REGULAR,
        ManagerClient.request("x", "default").getSpec().getInitializer(),
        "");
    awaitPhase(client, "next", WorkspacePhase.RUNNING);
    client.stop("next", StopWorkspacePolicy.ABORT);
    awaitPhase(client, "next", WorkspacePhase.STOPPED);
  }

  private static HttpResponse<String> asAdmin(AtelierServer server, String path) {
    String basic =
        Base64.getEncoder().encodeToString(("admin:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    return server.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
            .header("Authorization", "Basic " + basic)
            .build());
  }

  private static WorkspaceStatus awaitPhase(ManagerClient client, String id, WorkspacePhase phase) {
    return await()
        .alias(id + " is " + phase)
        .atMost(PATIENCE)
        .until(() -> client.describe(id).orElseThrow(), status -> status.getPhase() == phase);
  }
}
