// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.proto.contentservice.FromBackupInitializer;
import dev.atelier.proto.contentservice.SnapshotInitializer;
import dev.atelier.proto.contentservice.WorkspaceInitializer;
import dev.atelier.proto.wsman.BackupWorkspaceRequest;
import dev.atelier.proto.wsman.GetWorkspacesRequest;
import dev.atelier.proto.wsman.PortVisibility;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.StopWorkspacePolicy;
import dev.atelier.proto.wsman.WorkspaceConditionBool;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A manager goes on from a data folder of format 1, which the first version has made and was killed
 * in (see {@code upgrade/make-data}).
 */
@Timeout(300)
class UpgradeIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Of the folder's administrator. */
  private static final String PASSWORD = "CJSl_hNItT5DffAG-cNU6zUe";

  private static final String TOKEN_OF_RUNNING = "W88UVEuX-hZi9rdjzrtd7whsxtrlma7hAESsbGkW-qQ";
  private static final String SNAPSHOT_OF_RUNNING =
      "atelier-snapshot:061e5af6557d453d4f1925bd9359ea79";
  private static final String SNAPSHOT_OF_PREBUILD =
      "atelier-snapshot:32a7af3a11abbfb88135ea42b775c2cf";

  /** However old the folder is, nothing in it is forgotten. */
  private static final Map<String, String> CONFIG =
      Map.of(
          "atelier.timeouts.retention",
          "876000h",
          "atelier.ledger.retention-days",
          "36500",
          "atelier.ledger.usage-retention-days",
          "36500",
          "atelier.security.session-timeout",
          "1h",
          "atelier.local.unsaved-interval",
          "1h");

  @TempDir Path folder;
  private Path data;
  private Process standIn;

  @BeforeEach
  void unpack() throws IOException, InterruptedException {
    Path packed = folder.resolve("data.tar.gz");
    try (InputStream stream = UpgradeIT.class.getResourceAsStream("/upgrade/data-1.tar.gz")) {
      Files.copy(stream, packed);
    }
    Process tar =
        new ProcessBuilder("tar", "-xpzf", packed.toString(), "-C", folder.toString())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
    data = folder.resolve("data");
    standIn = standIn(data.resolve("instances/running"));
  }

  @AfterEach
  void end() {
    standIn.descendants().forEach(ProcessHandle::destroyForcibly);
    standIn.destroyForcibly();
  }

  /**
   * Processes in the place of those that the first version had started: a launcher and its child.
   */
  private Process standIn(Path instance) throws IOException {
    Path begun = folder.resolve("begun");
    Process launcher =
        new ProcessBuilder(
                "sh",
                "-c",
                """
                sleep 100000 & echo $! >"$3.new"; mv "$3.new" "$3"
                wait $!; printf 'code=%s\\nat=%s\\n' $? "$(date +%s.%N)" >"$1/exit.new"
                mv "$1/exit.new" "$1/exit"; : >"$2"
                """,
                "sh",
                instance.toString(),
                data.resolve("ended/running").toString(),
                begun.toString())
            .start();
    await().atMost(PATIENCE).until(() -> Files.exists(begun));
    Files.writeString(
        instance.resolve("launched"),
        Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
            + Files.readString(Path.of("/proc/" + launcher.pid() + "/stat")));
    Files.writeString(
        instance.resolve("status"), "{ \"child-pid\": " + Files.readString(begun).strip() + " }\n");
    Files.deleteIfExists(instance.resolve("holder"));
    return launcher;
  }

  @Test
  void managerGoesOnFromDataWithoutANumber() throws Exception {
    try (AtelierServer server = AtelierServer.start(data, CONFIG);
        ManagerClient client = new ManagerClient(server.grpcPort())) {
      assertThat(data.resolve("format")).hasContent("1\n");
      whatRanGoesOn(client);
      whatHasStoppedIsKnown(client);
      contentIsThere(client);
      signInAndLedgerAreThere(server);
      for (String id : List.of("again", "copied", "continued")) {
        client.stop(id, StopWorkspacePolicy.ABORT);
        awaitPhase(client, id, WorkspacePhase.STOPPED);
      }
      assertThat(server.log()).doesNotContain("SEVERE");
    }
  }

  private void whatRanGoesOn(ManagerClient client) throws InterruptedException {
    WorkspaceStatus lost = awaitPhase(client, "lost", WorkspacePhase.STOPPED);
    assertThat(lost.getConditions().getFailed()).isNotEmpty();
    assertThat(lost.getConditions().getFinalBackupComplete())
        .isEqualTo(WorkspaceConditionBool.TRUE);

    WorkspaceStatus running = client.describe("running").orElseThrow();
    assertThat(running.getPhase()).isEqualTo(WorkspacePhase.RUNNING);
    assertThat(running.getAuth().getOwnerToken()).isEqualTo(TOKEN_OF_RUNNING);
    assertThat(running.getMetadata().getOwner()).isEqualTo("ada");
    assertThat(running.getMetadata().getAnnotationsMap()).containsEntry("purpose", "upgrade");
    assertThat(running.getSpec().getExposedPorts(0).getVisibility())
        .isEqualTo(PortVisibility.PORT_VISIBILITY_PUBLIC);
    assertThat(running.getConditions().hasFirstUserActivity()).isTrue();
    assertThat(
            client.calls().getWorkspaces(GetWorkspacesRequest.getDefaultInstance()).getStatusList())
        .extracting(WorkspaceStatus::getId)
        .containsExactly("running");
    assertThat(
            client
                .calls()
                .backupWorkspace(BackupWorkspaceRequest.newBuilder().setId("running").build())
                .getUrl())
        .startsWith("atelier-backup:ada/meta-running/");

    client.stop("running", StopWorkspacePolicy.NORMALLY);
    WorkspaceStatus stopped = awaitPhase(client, "running", WorkspacePhase.STOPPED);
    assertThat(stopped.getConditions().getFailed()).isEmpty();
    assertThat(stopped.getConditions().getFinalBackupComplete())
        .isEqualTo(WorkspaceConditionBool.TRUE);
    assertThat(stopped.getStatusVersion()).isGreaterThan(running.getStatusVersion());
    assertThat(standIn.waitFor(1, TimeUnit.MINUTES)).isTrue();
  }

  private static void whatHasStoppedIsKnown(ManagerClient client) {
    WorkspaceStatus stopped = client.describe("stopped").orElseThrow();
    assertThat(stopped.getPhase()).isEqualTo(WorkspacePhase.STOPPED);
    assertThat(stopped.getConditions().getFinalBackupComplete())
        .isEqualTo(WorkspaceConditionBool.TRUE);
    assertThat(client.describe("prebuild").orElseThrow().getConditions().getSnapshot())
        .isEqualTo(SNAPSHOT_OF_PREBUILD);
    assertThat(client.describe("unsaved").orElseThrow().getPhase())
        .isEqualTo(WorkspacePhase.STOPPED);
  }

  private void contentIsThere(ManagerClient client) {
    WorkspaceInitializer backup =
        WorkspaceInitializer.newBuilder()
            .setBackup(FromBackupInitializer.getDefaultInstance())
            .build();
    start(client, "again", "meta-stopped", backup);
    start(
        client,
        "copied",
        "meta-copied",
        WorkspaceInitializer.newBuilder()
            .setSnapshot(SnapshotInitializer.newBuilder().setSnapshot(SNAPSHOT_OF_RUNNING))
            .build());
    start(client, "continued", "meta-unsaved", backup);
    for (String id : List.of("again", "copied", "continued")) {
      awaitPhase(client, id, WorkspacePhase.RUNNING);
    }
    assertThat(data.resolve("workspaces/again/stopped.txt")).hasContent("stopped\n");
    assertThat(data.resolve("workspaces/copied/running.txt")).hasContent("running\n");
    assertThat(data.resolve("workspaces/copied/README.md")).hasContent("# upgrade\n");
    assertThat(data.resolve("workspaces/continued/unsaved.txt")).hasContent("unsaved\n");
  }

  private static void start(
      ManagerClient client, String id, String metaId, WorkspaceInitializer from) {
    StartWorkspaceRequest.Builder request = ManagerClient.request(id, "default").toBuilder();
    request.setServicePrefix(metaId).getMetadataBuilder().setOwner("ada").setMetaId(metaId);
    request.getSpecBuilder().setInitializer(from);
    var unused = client.calls().startWorkspace(request.build());
  }

  private static void signInAndLedgerAreThere(AtelierServer server) {
    assertThat(server.log()).doesNotContain("Password");
    assertThat(asAdmin(server, "/api/v1/me").body()).contains("\"admin\":true");
    await()
        .atMost(PATIENCE)
        .until(() -> asAdmin(server, "/api/v1/audit?act=TakeSnapshot").body(), UpgradeIT::isOne);
    String day = "/api/v1/usage?from=2026-11-30&to=2026-11-30";
    assertThat(asAdmin(server, day).body()).contains("\"owner\":\"ada\"");
  }

  private static boolean isOne(String page) {
    return page.contains("\"total\":1");
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

  @Test
  void dataFolderOfANewerFormatIsRefusedInOneLine() throws IOException {
    Files.writeString(data.resolve("format"), "2\n");
    try (AtelierServer server = AtelierServer.launch(data, CONFIG)) {
      assertThat(server.exitCode()).isEqualTo(1);
      assertThat(server.log())
          .contains(
              "has format 2, which a newer version of Atelier has written; this version reads"
                  + " formats up to 1: start the newer version again, or give this one a folder of"
                  + " its own with atelier.data.directory")
          .doesNotContain("\tat ");
    }
    assertThat(data.resolve("format")).hasContent("2\n");
  }
}
