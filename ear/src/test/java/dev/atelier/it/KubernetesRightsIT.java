package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.cluster.AuditLog;
import dev.atelier.cluster.KubeletPlayer;
import dev.atelier.cluster.TestNamespace;
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
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The whole manager with the rights that the manifests give it, and no others. */
@EnabledIf("there")
@Timeout(300)
class KubernetesRightsIT {
  private static final Path MANIFESTS = Path.of("../config/kubernetes");
  private static final String VOLUME_SNAPSHOTS = "snapshot.storage.k8s.io";
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** What the calls of this test do not come to. */
  private static final Set<String> NOT_HERE =
      Set.of(
          // Which verb it is depends on the version of the API server.
          "create pods/exec",
          // What is set, and looked at, in the console.
          "patch configmaps",
          "get pods/log",
          // Snapshots that are too old.
          "delete snapshots.workspace.atelier.dev",
          // A start that another manager has left half made, and what an instance of that name
          // left.
          "update workspaces.workspace.atelier.dev",
          "update secrets",
          "delete secrets",
          // Pods that are warmed, and volumes that are kept for the next instance.
          "update pods",
          "update persistentvolumeclaims",
          "delete persistentvolumeclaims");

  @TempDir Path folder;

  static boolean there() {
    return TestNamespace.there("the rights of the manager");
  }

  @Test
  void managerIsRefusedNothingAndHasNoRightThatItDoesNotUse() throws Exception {
    Set<String> used;
    try (TestNamespace namespace = new TestNamespace(MANIFESTS);
        KubeletPlayer player = new KubeletPlayer(namespace.name())) {
      var unusedSecret =
          namespace
              .client()
              .secrets()
              .inNamespace(namespace.name())
              .resource(
                  new SecretBuilder()
                      .withNewMetadata()
                      .withName("of-a-user")
                      .addToLabels("workspace.atelier.dev/environment", "")
                      .endMetadata()
                      .addToStringData("key", "value")
                      .build())
              .create();
      AuditLog audit = new AuditLog();
      try (AtelierServer server =
              AtelierServer.start(
                  Path.of(System.getProperty("atelier.jar")),
                  folder.resolve("data"),
                  Map.of(
                      "atelier.runtime", "kubernetes",
                      "atelier.kubernetes.store-volume", "{\"emptyDir\":{}}",
                      "atelier.class.default.volume", "persistent",
                      "atelier.timeouts.retention", "5s"),
                  namespace.environment(folder));
          ManagerClient client = new ManagerClient(server.grpcPort())) {
        try {
          everything(client);
        } catch (ConditionTimeoutException e) {
          // A refusal explains it best.
          assertThat(refused(audit, namespace)).isEmpty();
          throw e;
        }
        await().atMost(PATIENCE).until(() -> namespace.workspaces().isEmpty());
        assertThat(player.took()).isNotEmpty();
      }
      List<AuditLog.Request> asked = audit.of(namespace.user());
      assertThat(refused(audit, namespace)).isEmpty();
      used =
          asked.stream()
              .map(request -> right(request.verb(), request.group(), request.resource()))
              .collect(Collectors.toCollection(TreeSet::new));
      used.addAll(NOT_HERE);
      Set<String> unused = given(namespace);
      unused.removeAll(used);
      // The cluster for tests has none.
      unused.removeIf(right -> right.endsWith("." + VOLUME_SNAPSHOTS));
      assertThat(unused).as("rights that are not used").isEmpty();
    }
  }

  private static List<AuditLog.Request> refused(AuditLog audit, TestNamespace namespace)
      throws IOException {
    return audit.of(namespace.user()).stream().filter(one -> one.code() == 403).toList();
  }

  private static String right(String verb, String group, String resource) {
    return verb + " " + resource + (group.isEmpty() ? "" : "." + group);
  }

  /** What the manifests give, each verb of each resource by itself. */
  private static Set<String> given(TestNamespace namespace) throws Exception {
    try (InputStream yaml = Files.newInputStream(MANIFESTS.resolve("base/rights.yaml"))) {
      return namespace.client().load(yaml).items().stream()
          .flatMap(
              one -> {
                if (one instanceof Role role) {
                  return role.getRules().stream();
                }
                return one instanceof ClusterRole role ? role.getRules().stream() : Stream.empty();
              })
          .flatMap(KubernetesRightsIT::rights)
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static Stream<String> rights(PolicyRule rule) {
    return rule.getApiGroups().stream()
        .flatMap(
            group ->
                rule.getResources().stream()
                    .flatMap(
                        resource ->
                            rule.getVerbs().stream().map(verb -> right(verb, group, resource))));
  }

  /** All that makes a manager ask for something. */
  private static void everything(ManagerClient client) {
    client.start("first", WorkspaceType.REGULAR, "");
    awaitPhase(client, "first", WorkspacePhase.RUNNING);
    var unused = client.calls().markActive(MarkActiveRequest.newBuilder().setId("first").build());
    // Its copy cannot be made by a node that is played; its record can.
    var unusedToo =
        client
            .calls()
            .takeSnapshot(
                TakeSnapshotRequest.newBuilder().setId("first").setReturnImmediately(true).build());
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

  private static void awaitPhase(ManagerClient client, String id, WorkspacePhase phase) {
    await()
        .atMost(PATIENCE)
        .until(() -> client.describe(id).filter(status -> status.getPhase() == phase).isPresent());
  }
}
