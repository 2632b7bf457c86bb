// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.cluster.AuditLog;
import dev.atelier.cluster.KubeletPlayer;
import dev.atelier.cluster.ManagerRights;
import dev.atelier.cluster.TestNamespace;
import dev.atelier.proto.contentservice.EmptyInitializer;
import dev.atelier.proto.contentservice.GitAuthMethod;
import dev.atelier.proto.contentservice.GitConfig;
import dev.atelier.proto.contentservice.GitInitializer;
import dev.atelier.proto.contentservice.WorkspaceInitializer;
import dev.atelier.proto.wsman.DescribeWorkspaceRequest;
import dev.atelier.proto.wsman.EnvironmentVariable;
import dev.atelier.proto.wsman.MarkActiveRequest;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.StopWorkspacePolicy;
import dev.atelier.proto.wsman.TakeSnapshotRequest;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceType;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.grpc.StatusRuntimeException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The whole manager with the rights that the manifests give it, and no others. */
@EnabledIf("there")
@Timeout(300)
class KubernetesRightsIT {
  private static final String IMAGE = "localhost/image:1";
  private static final Path MANIFESTS = Path.of("../config/kubernetes");
  private static final String VOLUME_SNAPSHOTS = "snapshot.storage.k8s.io";
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Which verb it is depends on the version of the API server. */
  private static final String EXEC = "create pods/exec";

  @TempDir Path folder;

  static boolean there() {
    return TestNamespace.there("the rights of the manager");
  }

  @Test
  void managerIsRefusedNothingAndHasNoRightThatItDoesNotUse() throws Exception {
    try (TestNamespace namespace = new TestNamespace(MANIFESTS);
        KubeletPlayer player = new KubeletPlayer(namespace.name())) {
      AuditLog audit = new AuditLog();
      Map<String, String> config = new TreeMap<>(Accounts.users());
      config.put("atelier.runtime", "kubernetes");
      config.put("atelier.kubernetes.store-volume", "{\"emptyDir\":{}}");
      config.put("atelier.class.default.volume", "persistent");
      config.put("atelier.classes", "default,warm");
      config.put("atelier.class.warm.warm", "1");
      config.put("atelier.class.warm.warm-image", IMAGE);
      config.put("atelier.timeouts.retention", "5s");
      try (AtelierServer server =
              AtelierServer.start(
                  Path.of(System.getProperty("atelier.jar")),
                  folder.resolve("data"),
                  config,
                  namespace.environment(folder));
          ManagerClient client = new ManagerClient(server.grpcPort())) {
        try {
          everything(namespace, player, server, client);
          await().atMost(PATIENCE).until(() -> namespace.workspaces().isEmpty());
        } catch (ConditionTimeoutException e) {
          // A refusal explains it best.
          assertThat(ManagerRights.refused(audit.of(namespace.user()))).isEmpty();
          throw e;
        }
        // A leader that still has something to do gives up its lease, and complains of nothing.
        client.start("last", WorkspaceType.REGULAR, "");
        awaitPhase(client, "last", WorkspacePhase.RUNNING);
        assertThat(server.stop(PATIENCE)).isLessThan(PATIENCE);
        assertThat(server.log()).contains("this manager follows").doesNotContain("SEVERE");
      }
      List<AuditLog.Request> asked = audit.of(namespace.user());
      assertThat(ManagerRights.refused(asked)).isEmpty();
      Set<String> unused = ManagerRights.given(namespace.client());
      unused.removeAll(ManagerRights.used(asked));
      unused.remove(EXEC);
      // VolumeSnapshotIT uses these.
      unused.removeIf(right -> right.endsWith("." + VOLUME_SNAPSHOTS));
      assertThat(unused).as("rights that are not used").isEmpty();
    }
  }

  /** All that makes a manager ask for something. */
  private static void everything(
      TestNamespace namespace, KubeletPlayer player, AtelierServer server, ManagerClient client) {
    lives(namespace, client);
    logAndSnapshot(namespace, server, client);
    keptVolume(player, client);
    warmStart(namespace, client);
    namespace.makeByHand("hand");
    awaitPhase(client, "hand", WorkspacePhase.RUNNING);
    // Somebody tears away the resource under its pod.
    namespace.tearAway("hand");
    await().atMost(PATIENCE).until(() -> client.describe("hand").isEmpty());
    maintenance(server, "duration=1h");
    maintenance(server, "end=");
    for (String id : List.of("continued", "adopted")) {
      client.stop(id, StopWorkspacePolicy.ABORT);
    }
  }

  private static void make(TestNamespace namespace, String secret) {
    var unused =
        namespace
            .client()
            .secrets()
            .inNamespace(namespace.name())
            .resource(
                new SecretBuilder()
                    .withNewMetadata()
                    .withName(secret)
                    .addToLabels("workspace.atelier.dev/environment", "")
                    .endMetadata()
                    .withType("workspace.atelier.dev/instance")
                    .addToStringData("key", "value")
                    .build())
            .create();
  }

  private static void lives(TestNamespace namespace, ManagerClient client) {
    client.start("first", WorkspaceType.REGULAR, "");
    awaitPhase(client, "first", WorkspacePhase.RUNNING);
    var unused = client.calls().markActive(MarkActiveRequest.newBuilder().setId("first").build());
    client.stop("first", StopWorkspacePolicy.ABORT);
    awaitPhase(client, "first", WorkspacePhase.STOPPED);
    // Its meta id is taken over, its credentials are kept and erased.
    client.start(
        "second",
        "first",
        WorkspaceType.REGULAR,
        WorkspaceInitializer.newBuilder()
            .setGit(
                GitInitializer.newBuilder()
                    .setRemoteUri("https://git.example.com/a.git")
                    .setConfig(
                        GitConfig.newBuilder()
                            .setAuthentication(GitAuthMethod.BASIC_AUTH)
                            .setAuthUser("u")
                            .setAuthPassword("p")))
            .build(),
        "");
    awaitPhase(client, "second", WorkspacePhase.RUNNING);
    client.stop("second", StopWorkspacePolicy.ABORT);
    make(namespace, "of-a-user");
    StartWorkspaceRequest.Builder named = ManagerClient.request("named", "default").toBuilder();
    named
        .getSpecBuilder()
        .addEnvvarsBuilder()
        .setName("TOKEN")
        .setSecret(
            EnvironmentVariable.SecretKeyRef.newBuilder().setSecretName("of-a-user").setKey("key"));
    var unusedAnswer = client.calls().startWorkspace(named.build());
    awaitPhase(client, "named", WorkspacePhase.RUNNING);
    client.stop("named", StopWorkspacePolicy.ABORT);
    client.start("third", WorkspaceType.PREBUILD, "[{\"init\": \"true\"}]");
    await().atMost(PATIENCE).until(() -> client.describe("third").isPresent());
    client.stop("third", StopWorkspacePolicy.ABORT);
    try {
      var none =
          client
              .calls()
              .describeWorkspace(DescribeWorkspaceRequest.newBuilder().setId("x").build());
      throw new AssertionError("there is no such instance: " + none);
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode().name()).isEqualTo("NOT_FOUND");
    }
  }

  private static void logAndSnapshot(
      TestNamespace namespace, AtelierServer server, ManagerClient client) {
    // There is a secret still of an instance of that name that is not collected yet.
    make(namespace, "ws-later-secrets");
    client.start("later", WorkspaceType.REGULAR, "");
    awaitPhase(client, "later", WorkspacePhase.RUNNING);
    assertThat(server.get("/workspaces/later/log").statusCode()).isEqualTo(200);
    // Its copy cannot be made by a node that is played; its record can.
    String url =
        client
            .calls()
            .takeSnapshot(
                TakeSnapshotRequest.newBuilder().setId("later").setReturnImmediately(true).build())
            .getUrl();
    client.stop("later", StopWorkspacePolicy.ABORT);
    String id = url.substring(url.lastIndexOf(':') + 1);
    await()
        .atMost(PATIENCE)
        .until(() -> send(server, "DELETE", "/api/v1/snapshots/" + id, "").statusCode() == 204);
  }

  /** A volume whose content could not be saved is kept, and the next instance goes on with it. */
  private static void keptVolume(KubeletPlayer player, ManagerClient client) {
    player.cannotSave("unsaved");
    client.start("unsaved", WorkspaceType.REGULAR, "");
    awaitPhase(client, "unsaved", WorkspacePhase.RUNNING);
    client.stop("unsaved", StopWorkspacePolicy.NORMALLY);
    awaitPhase(client, "unsaved", WorkspacePhase.STOPPED);
    client.start(
        "continued",
        "unsaved",
        WorkspaceType.REGULAR,
        WorkspaceInitializer.newBuilder().setEmpty(EmptyInitializer.getDefaultInstance()).build(),
        "");
    awaitPhase(client, "continued", WorkspacePhase.RUNNING);
  }

  private static void warmStart(TestNamespace namespace, ManagerClient client) {
    await().atMost(PATIENCE).until(() -> namespace.runs("workspace.atelier.dev/warm-class"));
    StartWorkspaceRequest.Builder request = ManagerClient.request("adopted", IMAGE).toBuilder();
    request.getSpecBuilder().setClass_("warm");
    var unused = client.calls().startWorkspace(request.build());
    awaitPhase(client, "adopted", WorkspacePhase.RUNNING);
  }

  private static void maintenance(AtelierServer server, String form) {
    assertThat(send(server, "POST", "/maintenance", form).statusCode()).isLessThan(400);
  }

  private static HttpResponse<String> send(
      AtelierServer server, String method, String path, String form) {
    return server.send(
        Accounts.ADMIN.of(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .method(method, HttpRequest.BodyPublishers.ofString(form))
                .build()));
  }

  private static void awaitPhase(ManagerClient client, String id, WorkspacePhase phase) {
    await()
        .atMost(PATIENCE)
        .until(() -> client.describe(id).filter(status -> status.getPhase() == phase).isPresent());
  }
}
