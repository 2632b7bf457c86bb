// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.cluster.TestNamespace;
import dev.atelier.proto.contentservice.GitInitializer;
import dev.atelier.proto.contentservice.SnapshotInitializer;
import dev.atelier.proto.contentservice.WorkspaceInitializer;
import dev.atelier.proto.wsman.BackupWorkspaceRequest;
import dev.atelier.proto.wsman.StopWorkspacePolicy;
import dev.atelier.proto.wsman.SubscribeRequest;
import dev.atelier.proto.wsman.SubscribeResponse;
import dev.atelier.proto.wsman.TakeSnapshotRequest;
import dev.atelier.proto.wsman.WorkspaceConditionBool;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import dev.atelier.proto.wsman.WorkspaceType;
import io.grpc.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What platforms count on, of the real jar on a cluster with a real kubelet. */
@EnabledIf("there")
@Timeout(600)
class ManagerNodeIT extends ManagerContract {
  private static final String AGENT =
      System.getProperty("atelier.agent-image", "localhost/atelier-agent:1");
  private static final String IMAGE = "localhost/busybox:1";

  @TempDir(cleanup = CleanupMode.NEVER)
  Path folder;

  private TestNamespace namespace;
  private GitHttpServer git;
  private AtelierServer server;
  private ManagerClient client;

  static boolean there() {
    return TestNamespace.there("the whole manager with real pods", AGENT);
  }

  @BeforeEach
  void start() throws IOException {
    namespace = new TestNamespace(Path.of("../config/kubernetes"));
    Path unused = makeStore(folder);
    String node = TestNamespace.node(namespace.client(), AGENT).orElseThrow();
    git =
        new GitHttpServer(
            Files.createDirectory(folder.resolve("repos")), InetAddress.getByName(node));
  }

  /** A folder for content which pods may write, whoever they run as. */
  static Path makeStore(Path folder) throws IOException {
    Path store = Files.createDirectory(folder.resolve("store"));
    Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rwxrwxrwx"));
    for (Path above = folder; above != null; above = above.getParent()) {
      if (!Files.getPosixFilePermissions(above).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
    return store;
  }

  @Override
  AtelierServer manage() throws IOException {
    Map<String, String> config = new TreeMap<>(Accounts.users());
    config.put("atelier.runtime", "kubernetes");
    config.put(
        "atelier.kubernetes.store-volume",
        "{\"hostPath\":{\"path\":\"%s\"}}".formatted(folder.resolve("store")));
    config.put("atelier.kubernetes.agent-image", AGENT);
    config.put("atelier.kubernetes.pull-policy", "IfNotPresent");
    config.put("atelier.class.default.cpu", "50m");
    config.put("atelier.class.default.memory", "256Mi");
    return AtelierServer.start(
        Path.of(System.getProperty("atelier.jar")),
        folder.resolve("data"),
        config,
        namespace.environment(folder));
  }

  @Override
  int kills() {
    return 2;
  }

  @Override
  String image() {
    return IMAGE;
  }

  @Override
  Path store() {
    return folder.resolve("store");
  }

  @Override
  String read(String id, String name) throws Exception {
    return shell(id, "cat /workspace/" + name);
  }

  @Override
  void write(String id, String name, String text) throws Exception {
    shell(id, "printf '" + text + "' > /workspace/" + name);
  }

  @Override
  void assertNothingLeft(String id) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                namespace.client().pods().inNamespace(namespace.name()).withName("ws-" + id).get()
                    == null);
  }

  @Override
  void fill(String id) throws Exception {
    shell(id, "dd if=/dev/urandom of=/workspace/large bs=1M count=20");
  }

  private void open() throws IOException {
    server = manage();
    client = clientOf(server);
  }

  private void killAndStartAgain() throws IOException {
    client.close();
    server.kill();
    server.close();
    open();
  }

  @AfterEach
  void end() {
    if (server != null) {
      client.close();
      server.close();
    }
    if (git != null) {
      git.close();
    }
    namespace.close();
  }

  private void start(String id, String metaId, WorkspaceInitializer from) {
    client.start(id, metaId, WorkspaceType.REGULAR, from, "");
  }

  private static WorkspaceInitializer gitOf(String url) {
    return WorkspaceInitializer.newBuilder()
        .setGit(GitInitializer.newBuilder().setRemoteUri(url))
        .build();
  }

  private WorkspaceStatus await(String id, WorkspacePhase phase) {
    return awaitPhase(client, id, phase);
  }

  private String shell(String id, String line) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var exec =
        namespace
            .client()
            .pods()
            .inNamespace(namespace.name())
            .withName("ws-" + id)
            .inContainer("workspace")
            .writingOutput(out)
            .writingError(out)
            .exec("sh", "-c", line)) {
      assertThat(exec.exitCode().get(60, TimeUnit.SECONDS))
          .as(out.toString(StandardCharsets.UTF_8))
          .isZero();
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private String page(String path) {
    return server
        .send(
            Accounts.ADMIN.of(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
                    .build()))
        .body();
  }

  @Test
  void workspaceIsWhatItWasWhateverHappensToItsManager() throws Exception {
    open();
    String url = git.repository("one");
    try (Context.CancellableContext watch = Context.current().withCancellation()) {
      Iterator<SubscribeResponse> changes =
          watch.call(() -> client.calls().subscribe(SubscribeRequest.getDefaultInstance()));
      start("first", "meta", gitOf(url));
      WorkspacePhase seen = WorkspacePhase.UNKNOWN;
      while (seen != WorkspacePhase.RUNNING) {
        WorkspaceStatus status = changes.next().getStatus();
        assertThat(status.getConditions().getFailed()).isEmpty();
        seen = status.getPhase();
      }
    }
    assertThat(shell("first", "cat /workspace/README.md")).isEqualTo("# one\n");
    assertThat(page("/api/v1/workspaces/first")).contains("\"phase\":\"running\"");
    String sum =
        shell("first", "cd /workspace && dd if=/dev/urandom of=big bs=1M count=8 && sha256sum big");
    sum = sum.substring(sum.lastIndexOf('\n', sum.length() - 2) + 1);

    killAndStartAgain();
    assertThat(client.describe("first").orElseThrow().getPhase()).isEqualTo(WorkspacePhase.RUNNING);
    assertThat(shell("first", "sha256sum /workspace/big | sed 's|/workspace/||'")).isEqualTo(sum);
    String backup =
        client
            .calls()
            .backupWorkspace(BackupWorkspaceRequest.newBuilder().setId("first").build())
            .getUrl();
    assertThat(backup).isNotEmpty();
    String snapshot =
        client
            .calls()
            .takeSnapshot(TakeSnapshotRequest.newBuilder().setId("first").build())
            .getUrl();

    client.stop("first", StopWorkspacePolicy.NORMALLY);
    killAndStartAgain();
    WorkspaceStatus stopped = await("first", WorkspacePhase.STOPPED);
    assertThat(stopped.getConditions().getFailed()).isEmpty();
    assertThat(stopped.getConditions().getFinalBackupComplete())
        .isEqualTo(WorkspaceConditionBool.TRUE);

    start("second", "meta", gitOf(url));
    await("second", WorkspacePhase.RUNNING);
    assertThat(shell("second", "cd /workspace && sha256sum big")).isEqualTo(sum);
    start(
        "third",
        "copy",
        WorkspaceInitializer.newBuilder()
            .setSnapshot(SnapshotInitializer.newBuilder().setSnapshot(snapshot))
            .build());
    await("third", WorkspacePhase.RUNNING);
    assertThat(shell("third", "cd /workspace && sha256sum big")).isEqualTo(sum);

    client.stop("second", StopWorkspacePolicy.IMMEDIATELY);
    client.stop("third", StopWorkspacePolicy.ABORT);
    assertThat(await("second", WorkspacePhase.STOPPED).getConditions().getFinalBackupComplete())
        .isEqualTo(WorkspaceConditionBool.TRUE);
    assertThat(await("third", WorkspacePhase.STOPPED).getConditions().getFinalBackupComplete())
        .isNotEqualTo(WorkspaceConditionBool.TRUE);
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                namespace
                    .client()
                    .pods()
                    .inNamespace(namespace.name())
                    .list()
                    .getItems()
                    .isEmpty());
  }

  @Test
  void anInstanceWhoseProcessIsKilledIsSavedToo() throws Exception {
    open();
    client.start("killed", WorkspaceType.REGULAR, "");
    await("killed", WorkspacePhase.RUNNING);
    shell("killed", "echo kept > /workspace/kept; kill -9 -1 || true");
    WorkspaceStatus ended = await("killed", WorkspacePhase.STOPPED);
    assertThat(ended.getConditions().getFinalBackupComplete())
        .isEqualTo(WorkspaceConditionBool.TRUE);
  }
}
