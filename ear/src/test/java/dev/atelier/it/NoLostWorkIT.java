package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.proto.contentservice.EmptyInitializer;
import dev.atelier.proto.contentservice.SnapshotInitializer;
import dev.atelier.proto.contentservice.WorkspaceInitializer;
import dev.atelier.proto.wsman.BackupWorkspaceRequest;
import dev.atelier.proto.wsman.StopWorkspacePolicy;
import dev.atelier.proto.wsman.TakeSnapshotRequest;
import dev.atelier.proto.wsman.WorkspaceConditionBool;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import dev.atelier.proto.wsman.WorkspaceType;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What a workspace held is there again: the real jar, its folder store, kills in between. */
class NoLostWorkIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int KILLS = 5;
  private static final WorkspaceInitializer EMPTY =
      WorkspaceInitializer.newBuilder().setEmpty(EmptyInitializer.getDefaultInstance()).build();
  private static final String STAYS = "[{\"command\": \"exec sleep 100000\"}]";

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path data;

  private static WorkspaceStatus awaitPhase(ManagerClient client, String id, WorkspacePhase phase) {
    await().atMost(PATIENCE).until(() -> client.describe(id).orElseThrow().getPhase() == phase);
    return client.describe(id).orElseThrow();
  }

  private Path file(String id, String name) {
    return data.resolve("workspaces").resolve(id).resolve(name);
  }

  private static void run(ManagerClient client, String id, WorkspaceInitializer from) {
    client.start(id, "meta", WorkspaceType.REGULAR, from, STAYS);
    awaitPhase(client, id, WorkspacePhase.RUNNING);
  }

  private static void stop(ManagerClient client, String id) {
    client.stop(id, StopWorkspacePolicy.IMMEDIATELY);
    WorkspaceStatus stopped = awaitPhase(client, id, WorkspacePhase.STOPPED);
    assertThat(stopped.getConditions().getFinalBackupComplete())
        .isEqualTo(WorkspaceConditionBool.TRUE);
  }

  @Test
  void nextRunHasWhatTheLastOneLeft() throws Exception {
    try (AtelierServer server = AtelierServer.start(data, Map.of());
        ManagerClient client = new ManagerClient(server.grpcPort())) {
      run(client, "one", EMPTY);
      Files.writeString(file("one", "work"), "first");
      assertThat(
              client
                  .calls()
                  .backupWorkspace(BackupWorkspaceRequest.newBuilder().setId("one").build())
                  .getUrl())
          .startsWith("atelier-backup:");
      String snapshot =
          client
              .calls()
              .takeSnapshot(TakeSnapshotRequest.newBuilder().setId("one").build())
              .getUrl();
      Files.writeString(file("one", "work"), "second");
      stop(client, "one");
      assertThat(file("one", "")).doesNotExist();

      run(client, "two", EMPTY);
      assertThat(file("two", "work")).hasContent("second");
      assertThat(client.describe("two").orElseThrow().getMessage())
          .startsWith("restored from the backup of");
      stop(client, "two");

      client.start(
          "three",
          "other",
          WorkspaceType.REGULAR,
          WorkspaceInitializer.newBuilder()
              .setSnapshot(SnapshotInitializer.newBuilder().setSnapshot(snapshot))
              .build(),
          STAYS);
      awaitPhase(client, "three", WorkspacePhase.RUNNING);
      assertThat(file("three", "work")).hasContent("first");
      stop(client, "three");
    }
  }

  @Test
  void prebuildLeavesASnapshotAndItsLog() throws Exception {
    try (AtelierServer server = AtelierServer.start(data, Map.of());
        ManagerClient client = new ManagerClient(server.grpcPort())) {
      client.start(
          "good",
          "prebuilt",
          WorkspaceType.PREBUILD,
          EMPTY,
          "[{\"init\": \"echo built | tee /workspace/out\"}]");
      WorkspaceStatus good = awaitPhase(client, "good", WorkspacePhase.STOPPED);
      assertThat(good.getConditions().getSnapshot()).startsWith("atelier-snapshot:");
      assertThat(good.getConditions().getHeadlessTaskFailed()).isEmpty();
      assertThat(data.resolve("content/objects/logs/tester/prebuilt/good.log"))
          .content()
          .contains("built");
      client.start(
          "bad", "broken", WorkspaceType.PREBUILD, EMPTY, "[{\"init\": \"echo no >&2; exit 3\"}]");
      WorkspaceStatus bad = awaitPhase(client, "bad", WorkspacePhase.STOPPED);
      assertThat(bad.getConditions().getSnapshot()).startsWith("atelier-snapshot:");
      assertThat(bad.getConditions().getHeadlessTaskFailed()).contains("3").contains("no");
    }
  }

  /** The manager is killed while content is saved and restored; what was answered is there. */
  @Test
  void noKillLosesWhatWasThere() throws Exception {
    long seed = Long.getLong("atelier.kill.seed", System.nanoTime());
    System.out.println("replay with -Datelier.kill.seed=" + seed);
    Random random = new Random(seed);
    String wanted = "";
    for (int round = 0; round <= KILLS; round++) {
      String id = "run-" + round;
      try (AtelierServer server = AtelierServer.start(data, Map.of());
          ManagerClient client = new ManagerClient(server.grpcPort())) {
        if (round > 0) {
          awaitPhase(client, "run-" + (round - 1), WorkspacePhase.STOPPED);
        }
        run(client, id, EMPTY);
        if (round > 0) {
          assertThat(file(id, "work")).hasContent(wanted);
        }
        wanted = "written in " + id;
        Files.writeString(file(id, "work"), wanted);
        fill(id, random);
        if (round == KILLS) {
          stop(client, id);
          return;
        }
        client.stop(id, StopWorkspacePolicy.IMMEDIATELY);
        TimeUnit.MILLISECONDS.sleep(random.nextInt(2_500));
        server.kill();
      } catch (StatusRuntimeException e) {
        throw new AssertionError("round " + round, e);
      }
    }
  }

  /** Enough that saving it takes a moment. */
  private void fill(String id, Random random) throws IOException {
    byte[] bytes = new byte[20 << 20];
    random.nextBytes(bytes);
    Files.write(file(id, "large"), bytes);
  }
}
