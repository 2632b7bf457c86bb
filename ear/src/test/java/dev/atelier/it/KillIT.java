// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.proto.wsman.StopWorkspacePolicy;
import dev.atelier.proto.wsman.WorkspaceConditionBool;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import dev.atelier.proto.wsman.WorkspaceType;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the manager at random moments, and sees that nobody could tell from what is recorded. More
 * kills, of which so many a hundred come before the manager is ready: {@code
 * -Datelier.kill.rounds=100 -Datelier.kill.starting=25}.
 */
class KillIT {
  private static final int ROUNDS = Integer.getInteger("atelier.kill.rounds", 5);
  private static final int STARTING = Integer.getInteger("atelier.kill.starting", 0);

  /** What is started lasts, and what has ended is known, for as long as many rounds take. */
  private static final Map<String, String> LASTING =
      Map.of(
          "atelier.timeouts.startup",
          "24h",
          "atelier.timeouts.headless",
          "24h",
          "atelier.timeouts.retention",
          "24h");

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** What processes of this test alone sleep for has this fraction of a second. */
  private static final String MARK = ".0" + ProcessHandle.current().pid();

  /** The order in which phases are passed; INTERRUPTED stands for RUNNING. */
  private static final List<WorkspacePhase> ORDER =
      List.of(
          WorkspacePhase.PENDING,
          WorkspacePhase.CREATING,
          WorkspacePhase.INITIALIZING,
          WorkspacePhase.RUNNING,
          WorkspacePhase.STOPPING,
          WorkspacePhase.STOPPED);

  private static final String STAYS =
      """
      [{"command": "echo started >> /workspace/started; exec sleep 100000%s"}]\
      """
          .formatted(MARK);
  private static final String IGNORES_TERM =
      """
      [{"command": "trap '' TERM; echo started >> /workspace/started; while :; do sleep 1%s; done"}]\
      """
          .formatted(MARK);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path data;

  private final long seed = Long.getLong("atelier.kill.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Map<String, WorkspaceStatus> last = new HashMap<>();

  /** Numbers instances: one whose start was not answered may exist, so none is used twice. */
  private int made;

  private final List<String> staying = new ArrayList<>();
  private final List<String> stopping = new ArrayList<>();

  /** Exit code of the tasks, by instance. */
  private final Map<String, Integer> headless = new HashMap<>();

  @Test
  void everythingAnsweredSurvives() throws Exception {
    System.out.println("replay with -Datelier.kill.seed=" + seed);
    long begin = System.nanoTime();
    Duration start = Duration.ZERO;
    for (int round = 0; round <= ROUNDS; round++) {
      if (round > 0 && round < ROUNDS && random.nextInt(100) < STARTING) {
        killWhileItStarts(round, start);
        continue;
      }
      long launched = System.nanoTime();
      try (AtelierServer server = AtelierServer.start(data, LASTING);
          ManagerClient client = new ManagerClient(server.grpcPort())) {
        start = Duration.ofNanos(System.nanoTime() - launched);
        check(client);
        if (round == ROUNDS) {
          finish(client);
          System.out.printf(
              "killed %d times in %d s with %d staying, %d stopping, %d headless instances%n",
              ROUNDS,
              Duration.ofNanos(System.nanoTime() - begin).toSeconds(),
              staying.size(),
              stopping.size(),
              headless.size());
          return;
        }
        int moment = random.nextInt(3_000);
        // One of its own: how far it comes is not the seed's.
        Random acts = new Random(random.nextLong());
        Thread starter = new Thread(() -> act(client, acts));
        starter.start();
        TimeUnit.MILLISECONDS.sleep(moment);
        server.kill();
        starter.join();
        System.out.printf("kill %d came %d ms after what it knew was seen%n", round + 1, moment);
      }
    }
  }

  private void killWhileItStarts(int round, Duration start) throws InterruptedException {
    long moment = (long) (random.nextDouble() * start.toMillis());
    try (AtelierServer server = AtelierServer.launch(data, LASTING)) {
      TimeUnit.MILLISECONDS.sleep(moment);
      server.kill();
    }
    System.out.printf("kill %d came %d ms after the launch%n", round + 1, moment);
  }

  /** Starts and stops some until the manager is gone; what was answered is what counts. */
  private void act(ManagerClient client, Random acts) {
    try {
      for (int i = 0; i < 2; i++) {
        String stays = "stays-" + made++;
        client.start(stays, WorkspaceType.REGULAR, acts.nextBoolean() ? STAYS : IGNORES_TERM);
        staying.add(stays);
        String ends = "ends-" + made++;
        int code = acts.nextBoolean() ? 0 : 7;
        client.start(ends, WorkspaceType.PREBUILD, ending(acts.nextInt(6), code));
        headless.put(ends, code);
        if (acts.nextBoolean()) {
          String stops = staying.get(acts.nextInt(staying.size()));
          // One whose stop was not answered may stay or have stopped.
          staying.remove(stops);
          client.stop(stops, StopWorkspacePolicy.IMMEDIATELY);
          stopping.add(stops);
        }
      }
    } catch (StatusRuntimeException killed) {
      // The manager died under the call: it may or may not have been recorded.
    }
  }

  private static String ending(int seconds, int code) {
    return """
    [{"init": "echo started >> /workspace/started; sleep %d; exit %d"}]\
    """
        .formatted(seconds, code);
  }

  private void check(ManagerClient client) {
    List<String> answered = new ArrayList<>(staying);
    answered.addAll(stopping);
    answered.addAll(headless.keySet());
    for (String id : answered) {
      WorkspaceStatus now = client.describe(id).orElseThrow(() -> new AssertionError(id + " lost"));
      WorkspaceStatus before = last.put(id, now);
      if (before != null) {
        assertThat(now.getStatusVersion()).isGreaterThanOrEqualTo(before.getStatusVersion());
        assertThat(order(now)).as(id).isGreaterThanOrEqualTo(order(before));
      }
    }
  }

  private static int order(WorkspaceStatus status) {
    return status.getPhase() == WorkspacePhase.INTERRUPTED
        ? ORDER.indexOf(WorkspacePhase.RUNNING)
        : ORDER.indexOf(status.getPhase());
  }

  private void finish(ManagerClient client) throws IOException {
    for (String id : staying) {
      awaitPhase(client, id, WorkspacePhase.RUNNING);
      await()
          .atMost(PATIENCE)
          .until(() -> Files.exists(started(id)) && !Files.readAllLines(started(id)).isEmpty());
      assertThat(Files.readAllLines(started(id))).as(id + " was started once").hasSize(1);
    }
    headless.forEach(
        (id, code) -> {
          WorkspaceStatus status = awaitPhase(client, id, WorkspacePhase.STOPPED);
          String failed = status.getConditions().getHeadlessTaskFailed();
          if (code == 0) {
            assertThat(failed).as(id).isEmpty();
          } else {
            assertThat(failed).as(id).contains("code " + code);
          }
          assertThat(status.getConditions().getFailed()).as(id).isEmpty();
        });
    for (String id : stopping) {
      WorkspaceStatus status = awaitPhase(client, id, WorkspacePhase.STOPPED);
      assertThat(status.getConditions().getStoppedByRequest())
          .isEqualTo(WorkspaceConditionBool.TRUE);
      assertThat(status.getConditions().getFailed()).as(id).isEmpty();
    }
    // Those too whose start was recorded and not answered.
    List<String> all = client.ids();
    assertThat(all).containsAll(staying);
    for (String id : all) {
      client.stop(id, StopWorkspacePolicy.ABORT);
    }
    for (String id : all) {
      awaitPhase(client, id, WorkspacePhase.STOPPED);
    }
    assertThat(ProcessHandle.allProcesses().filter(KillIT::isOurs)).isEmpty();
  }

  private static boolean isOurs(ProcessHandle process) {
    return process
        .info()
        .arguments()
        .map(arguments -> Arrays.stream(arguments).anyMatch(one -> one.endsWith(MARK)))
        .orElse(false);
  }

  private Path started(String id) {
    return data.resolve("workspaces").resolve(id).resolve("started");
  }

  private static WorkspaceStatus awaitPhase(ManagerClient client, String id, WorkspacePhase phase) {
    return await()
        .alias(id + " is " + phase)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> client.describe(id).orElseThrow(), status -> status.getPhase() == phase);
  }
}
