// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.atelier.client.StartAndWait;
import dev.atelier.client.StartFailed;
import dev.atelier.client.Watch;
import dev.atelier.proto.contentservice.GitInitializer;
import dev.atelier.proto.contentservice.WorkspaceInitializer;
import dev.atelier.proto.wsman.MetadataFilter;
import dev.atelier.proto.wsman.SetTimeoutRequest;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.StartWorkspaceSpec;
import dev.atelier.proto.wsman.StopWorkspacePolicy;
import dev.atelier.proto.wsman.TakeSnapshotRequest;
import dev.atelier.proto.wsman.WorkspaceConditionBool;
import dev.atelier.proto.wsman.WorkspaceMetadata;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import dev.atelier.proto.wsman.WorkspaceType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The client for Java against the real jar: its scenario, and what may happen to a watch. */
@Timeout(300)
class JavaClientIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final MetadataFilter ALL = MetadataFilter.getDefaultInstance();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path data;

  @TempDir Path repositories;

  /** A watch that is read by a thread of its own. */
  private static final class Reader implements AutoCloseable {
    private final Queue<WorkspaceStatus> statuses = new ConcurrentLinkedQueue<>();
    private final AtomicInteger losses = new AtomicInteger();
    private final Watch watch;
    private final Thread thread;

    Reader(ManagerClient client) {
      watch = Watch.open(client.calls(), ALL, (error, pause) -> losses.incrementAndGet());
      thread = new Thread(() -> watch.forEachRemaining(statuses::add));
      thread.start();
    }

    void await(Predicate<WorkspaceStatus> wanted) {
      Awaitility.await().atMost(PATIENCE).until(() -> statuses.stream().anyMatch(wanted));
    }

    List<WorkspaceStatus> of(String id) {
      return statuses.stream().filter(status -> status.getId().equals(id)).toList();
    }

    @Override
    public void close() {
      watch.close();
      Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> !thread.isAlive());
    }
  }

  private static void assertVersionsGrow(List<WorkspaceStatus> statuses) {
    assertThat(statuses).isNotEmpty();
    for (int i = 1; i < statuses.size(); i++) {
      assertThat(statuses.get(i).getStatusVersion())
          .isGreaterThan(statuses.get(i - 1).getStatusVersion());
    }
  }

  private static Predicate<WorkspaceStatus> phase(String id, WorkspacePhase phase) {
    return status -> status.getId().equals(id) && status.getPhase() == phase;
  }

  private static void setTimeout(ManagerClient client, String id, String duration) {
    client
        .calls()
        .setTimeout(SetTimeoutRequest.newBuilder().setId(id).setDuration(duration).build());
  }

  private static StartWorkspaceRequest request(String id, String repository) {
    return StartWorkspaceRequest.newBuilder()
        .setId(id)
        .setServicePrefix(id)
        .setMetadata(WorkspaceMetadata.newBuilder().setOwner("tester").setMetaId(id))
        .setSpec(
            StartWorkspaceSpec.newBuilder()
                .setWorkspaceImage("default")
                .setWorkspaceLocation("/")
                .setInitializer(
                    WorkspaceInitializer.newBuilder()
                        .setGit(GitInitializer.newBuilder().setRemoteUri(repository))))
        .build();
  }

  private static WorkspaceStatus start(ManagerClient client, StartWorkspaceRequest request)
      throws StartFailed, InterruptedException {
    return StartAndWait.startAndWait(client.calls(), request, PATIENCE);
  }

  @Test
  void startsFromARepositoryExtendsSnapshotsAndStops() throws Exception {
    try (GitHttpServer git = new GitHttpServer(repositories);
        AtelierServer server = AtelierServer.start(data, Map.of());
        ManagerClient client = new ManagerClient(server.grpcPort());
        Reader reader = new Reader(client)) {
      WorkspaceStatus running = start(client, request("one", git.repository("hello")));
      assertThat(running.getPhase()).isEqualTo(WorkspacePhase.RUNNING);
      assertThat(running.getSpec().getUrl()).contains("one");
      assertThat(running.getAuth().getOwnerToken()).isNotEmpty();
      assertThat(data.resolve("workspaces/one/README.md")).hasContent("# hello");
      reader.await(phase("one", WorkspacePhase.RUNNING));

      setTimeout(client, "one", "1h30m");
      reader.await(status -> status.getSpec().getTimeout().equals("1h30m0s"));
      assertThat(
              client
                  .calls()
                  .takeSnapshot(TakeSnapshotRequest.newBuilder().setId("one").build())
                  .getUrl())
          .startsWith("atelier-snapshot:");
      client.stop("one", StopWorkspacePolicy.IMMEDIATELY);
      reader.await(phase("one", WorkspacePhase.STOPPED));
      List<WorkspaceStatus> seen = reader.of("one");
      assertVersionsGrow(seen);
      assertThat(seen.get(seen.size() - 1).getConditions().getFinalBackupComplete())
          .isEqualTo(WorkspaceConditionBool.TRUE);
      assertThat(reader.losses).hasValue(0);

      assertThatThrownBy(() -> start(client, request("two", git.repository("gone") + "x")))
          .isInstanceOfSatisfying(
              StartFailed.class,
              e -> assertThat(e.reason()).startsWith("Content initialization failed"));
    }
  }

  @Test
  void lostConnectionsLeaveNoGapAndNoRepeat() throws Exception {
    try (AtelierServer server = AtelierServer.start(data, Map.of());
        BreakableConnection connection = new BreakableConnection(server.grpcPort());
        ManagerClient direct = new ManagerClient(server.grpcPort());
        ManagerClient broken = new ManagerClient(server.alsoAt(connection.port()));
        Reader reader = new Reader(broken)) {
      direct.start("one", WorkspaceType.REGULAR, "");
      reader.await(phase("one", WorkspacePhase.RUNNING));
      for (int round = 1; round <= 5; round++) {
        String timeout = round + "h0m0s";
        connection.breakAll();
        setTimeout(direct, "one", timeout);
        reader.await(status -> status.getSpec().getTimeout().equals(timeout));
      }
      direct.stop("one", StopWorkspacePolicy.ABORT);
      reader.await(phase("one", WorkspacePhase.STOPPED));

      assertThat(reader.losses.get()).isGreaterThanOrEqualTo(5);
      assertVersionsGrow(reader.of("one"));
    }
  }

  @Test
  void serverThatRestartsIsFoundAgain() throws Exception {
    String port = Integer.toString(freePort());
    Map<String, String> config = Map.of("atelier.grpc.port", port);
    try (ManagerClient client = new ManagerClient(Integer.parseInt(port));
        Reader reader = new Reader(client)) {
      // A client of its own: the reader's waits, since it has found no server yet.
      try (AtelierServer first = AtelierServer.start(data, config);
          ManagerClient starter = new ManagerClient(first.grpcPort())) {
        starter.start("one", WorkspaceType.REGULAR, "");
        reader.await(phase("one", WorkspacePhase.RUNNING));
        first.kill();
      }
      try (AtelierServer second = AtelierServer.start(data, config)) {
        assertThat(second.isAlive()).isTrue();
        await()
            .atMost(PATIENCE)
            .ignoreExceptions()
            .untilAsserted(() -> client.stop("one", StopWorkspacePolicy.ABORT));
        reader.await(phase("one", WorkspacePhase.STOPPED));
      }
      assertVersionsGrow(reader.of("one"));
      assertThat(reader.of("one")).filteredOn(phase("one", WorkspacePhase.STOPPED)).hasSize(1);
    }
  }

  @Test
  void slowReaderGetsEveryPhaseAndTheNewestStatus() throws Exception {
    int changes = 400;
    try (AtelierServer server = AtelierServer.start(data, Map.of());
        ManagerClient client = new ManagerClient(server.grpcPort());
        Watch watch = Watch.open(client.calls(), ALL)) {
      client.calls().startWorkspace(large(request("one", ""), "x".repeat(100_000)));
      assertThat(watch.hasNext()).isTrue();
      for (int i = 1; i <= changes; i++) {
        setTimeout(client, "one", i + "h");
      }
      client.stop("one", StopWorkspacePolicy.ABORT);
      await()
          .atMost(PATIENCE)
          .until(() -> phase("one", WorkspacePhase.STOPPED).test(client.describe("one").get()));

      Queue<WorkspaceStatus> seen = new ConcurrentLinkedQueue<>();
      WorkspaceStatus last = watch.next();
      while (last.getPhase() != WorkspacePhase.STOPPED) {
        seen.add(last);
        last = watch.next();
      }
      seen.add(last);
      assertVersionsGrow(List.copyOf(seen));
      assertThat(last).isEqualTo(client.describe("one").orElseThrow());
      assertThat(seen.size()).isLessThan(changes / 2);
      assertThat(seen).extracting(WorkspaceStatus::getPhase).contains(WorkspacePhase.STOPPING);
    }
  }

  /** The same from an empty folder, with a status of some size. */
  private static StartWorkspaceRequest large(StartWorkspaceRequest request, String text) {
    StartWorkspaceRequest.Builder large = request.toBuilder();
    large.getMetadataBuilder().putAnnotations("text", text);
    large.getSpecBuilder().getInitializerBuilder().getEmptyBuilder();
    return large.build();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
