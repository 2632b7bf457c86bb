// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.proto.contentservice.EmptyInitializer;
import dev.atelier.proto.contentservice.GitInitializer;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What platforms count on, by the API alone, whatever runs the instances: what a workspace held is
 * there again, kills in between; and an end says what it was.
 */
abstract class ManagerContract {
  static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final WorkspaceInitializer EMPTY =
      WorkspaceInitializer.newBuilder().setEmpty(EmptyInitializer.getDefaultInstance()).build();
  private static final String STAYS = "[{\"command\": \"exec sleep 100000\"}]";

  /** Starts a manager, or another one that knows what the last one knew. */
  abstract AtelierServer manage() throws IOException;

  /** How often the manager is killed. */
  abstract int kills();

  /** What instances run; "default" where there are no images. */
  abstract String image();

  /** The folder of the content store. */
  abstract Path store();

  /** The text of a file of an instance that runs. */
  abstract String read(String id, String name) throws Exception;

  abstract void write(String id, String name, String text) throws Exception;

  /** Nothing of an instance that has stopped takes room beside the content store. */
  abstract void assertNothingLeft(String id);

  ManagerClient clientOf(AtelierServer server) {
    return new ManagerClient(server.grpcPort(), image());
  }

  static WorkspaceStatus awaitPhase(ManagerClient client, String id, WorkspacePhase phase) {
    return await()
        .alias(id + " is " + phase)
        .atMost(PATIENCE)
        .until(() -> client.describe(id).orElseThrow(), status -> status.getPhase() == phase);
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
    try (AtelierServer server = manage();
        ManagerClient client = clientOf(server)) {
      run(client, "one", EMPTY);
      write("one", "work", "first");
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
      write("one", "work", "second");
      stop(client, "one");
      assertNothingLeft("one");

      run(client, "two", EMPTY);
      assertThat(read("two", "work")).isEqualTo("second");
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
      assertThat(read("three", "work")).isEqualTo("first");
      stop(client, "three");
    }
  }

  @Test
  void prebuildLeavesASnapshotAndItsLog() throws Exception {
    try (AtelierServer server = manage();
        ManagerClient client = clientOf(server)) {
      client.start(
          "good",
          "prebuilt",
          WorkspaceType.PREBUILD,
          EMPTY,
          "[{\"init\": \"echo built | tee /workspace/out\"}]");
      WorkspaceStatus good = awaitPhase(client, "good", WorkspacePhase.STOPPED);
      assertThat(good.getConditions().getSnapshot()).startsWith("atelier-snapshot:");
      assertThat(good.getConditions().getHeadlessTaskFailed()).isEmpty();
      assertThat(store().resolve("objects/logs/tester/prebuilt/good.log"))
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
    for (int round = 0; round <= kills(); round++) {
      String id = "run-" + round;
      try (AtelierServer server = manage();
          ManagerClient client = clientOf(server)) {
        if (round > 0) {
          awaitPhase(client, "run-" + (round - 1), WorkspacePhase.STOPPED);
        }
        run(client, id, EMPTY);
        if (round > 0) {
          assertThat(read(id, "work")).isEqualTo(wanted);
        }
        wanted = "written in " + id;
        write(id, "work", wanted);
        fill(id);
        if (round == kills()) {
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
  abstract void fill(String id) throws Exception;

  @Test
  void whoIgnoresTheSignalIsKilledAndSaved() throws Exception {
    try (AtelierServer server = manage();
        ManagerClient client = clientOf(server)) {
      client.start(
          "stubborn",
          WorkspaceType.REGULAR,
          "[{\"command\": \"trap '' TERM; while :; do sleep 1; done\"}]");
      awaitPhase(client, "stubborn", WorkspacePhase.RUNNING);
      stop(client, "stubborn");
      WorkspaceStatus stopped = client.describe("stubborn").orElseThrow();
      assertThat(stopped.getConditions().getFailed()).isEmpty();
      assertThat(stopped.getConditions().getStoppedByRequest())
          .isEqualTo(WorkspaceConditionBool.TRUE);
    }
  }

  @Test
  void whatIsAbortedIsNotSaved() throws Exception {
    try (AtelierServer server = manage();
        ManagerClient client = clientOf(server)) {
      run(client, "one", EMPTY);
      client.stop("one", StopWorkspacePolicy.ABORT);
      WorkspaceStatus stopped = awaitPhase(client, "one", WorkspacePhase.STOPPED);
      assertThat(stopped.getConditions().getAborted()).isEqualTo(WorkspaceConditionBool.TRUE);
      assertThat(stopped.getConditions().getFinalBackupComplete())
          .isNotEqualTo(WorkspaceConditionBool.TRUE);
      assertThat(stopped.getConditions().getFailed()).isEmpty();
    }
  }

  /** A platform's bridge lists, then subscribes, and asks for nothing of the past. */
  @Test
  void whatEndedWhileTheManagerWasAwayIsToldOnceToEachCaller() throws Exception {
    List<String> prebuilds = List.of("one", "two", "three", "four");
    try (AtelierServer server = manage();
        ManagerClient client = clientOf(server)) {
      for (String id : prebuilds) {
        client.start(id, id, WorkspaceType.PREBUILD, EMPTY, "[{\"init\": \"sleep 4\"}]");
      }
      // Where pods come slowly one may have ended by now, and nobody has heard of that either.
      for (String id : prebuilds) {
        await()
            .alias(id + " has begun")
            .atMost(PATIENCE)
            .until(
                () -> client.describe(id).orElseThrow().getPhase(),
                phase -> phase.compareTo(WorkspacePhase.RUNNING) >= 0);
      }
      server.kill();
    }
    // Longer than any of them takes.
    TimeUnit.SECONDS.sleep(6);
    try (AtelierServer server = manage();
        ManagerClient client = clientOf(server)) {
      try (Bridge bridge = new Bridge(server.grpcPort(), "bridge/1", "")) {
        for (String id : prebuilds) {
          bridge.awaitStopped(id);
          assertThat(bridge.ends(id)).containsExactly("STOPPING with a snapshot", "STOPPED");
          assertThat(bridge.versions(id)).isSorted().doesNotHaveDuplicates();
        }
        await().atMost(PATIENCE).until(() -> told(client, server, "bridge/2", "").isEmpty());
      }
      assertThat(told(client, server, "other/1", "tester")).isEmpty();
      assertThat(told(client, server, "other/1", "")).hasSize(8);
      server.stop(PATIENCE);
    }
    try (AtelierServer server = manage();
        ManagerClient client = clientOf(server)) {
      assertThat(told(client, server, "bridge/1", "")).isEmpty();
      server.kill();
    }
    try (AtelierServer server = manage();
        ManagerClient client = clientOf(server)) {
      assertThat(told(client, server, "bridge/1", "")).isEmpty();
      assertThat(told(client, server, "third", "")).hasSizeGreaterThanOrEqualTo(8);
    }
  }

  /**
   * Which ends of prebuilds a new subscriber is told, before it is told of one that comes later.
   */
  private List<String> told(
      ManagerClient client, AtelierServer server, String userAgent, String owner) throws Exception {
    try (Bridge bridge = new Bridge(server.grpcPort(), userAgent, owner)) {
      String later = "later-" + System.nanoTime();
      client.start(later, later, WorkspaceType.REGULAR, EMPTY, STAYS);
      client.stop(later, StopWorkspacePolicy.ABORT);
      bridge.awaitStopped(later);
      return bridge.endsOf(WorkspaceType.PREBUILD);
    }
  }

  @Test
  void contentThatCannotBeMadeFailsWithGitsWords() throws Exception {
    try (AtelierServer server = manage();
        ManagerClient client = clientOf(server)) {
      client.start(
          "nothing",
          "nothing",
          WorkspaceType.REGULAR,
          WorkspaceInitializer.newBuilder()
              .setGit(GitInitializer.newBuilder().setRemoteUri("https://127.0.0.1:1/none.git"))
              .build(),
          STAYS);
      WorkspaceStatus stopped = awaitPhase(client, "nothing", WorkspacePhase.STOPPED);
      assertThat(stopped.getConditions().getFailed()).startsWith("Content initialization failed");
      assertThat(stopped.getConditions().getFinalBackupComplete())
          .isNotEqualTo(WorkspaceConditionBool.TRUE);
    }
  }
}
