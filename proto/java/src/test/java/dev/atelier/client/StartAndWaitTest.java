// SPDX-License-Identifier: Apache-2.0
package dev.atelier.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.WorkspaceConditionBool;
import dev.atelier.proto.wsman.WorkspaceConditions;
import dev.atelier.proto.wsman.WorkspaceMetadata;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StartAndWaitTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final StartWorkspaceRequest REQUEST =
      StartWorkspaceRequest.newBuilder()
          .setId("a")
          .setMetadata(WorkspaceMetadata.newBuilder().setOwner("me").setMetaId("w"))
          .build();
  private static final WorkspaceStatus PENDING =
      Statuses.of("a", 1, WorkspacePhase.PENDING).toBuilder().setMessage("no room").build();
  private static final WorkspaceStatus RUNNING = Statuses.of("a", 2, WorkspacePhase.RUNNING);

  private ScriptedManager manager;

  @BeforeEach
  void start() throws IOException {
    manager = new ScriptedManager();
  }

  @AfterEach
  void end() {
    manager.close();
  }

  private WorkspaceStatus start(Duration patience) throws StartFailed, InterruptedException {
    return StartAndWait.startAndWait(manager.stub(), REQUEST, patience);
  }

  private static WorkspaceStatus stopping(WorkspaceConditions.Builder conditions) {
    return Statuses.of("a", 3, WorkspacePhase.STOPPING).toBuilder()
        .setConditions(conditions)
        .build();
  }

  @Test
  void runningIsTheResultOverALostConnection() throws Exception {
    manager.listed.put("a", PENDING);
    manager
        .thenEnds(Status.UNAVAILABLE, PENDING, Statuses.of("earlier", 7, WorkspacePhase.RUNNING))
        .thenSends(PENDING, RUNNING);
    List<WorkspaceStatus> told = new ArrayList<>();

    WorkspaceStatus result =
        StartAndWait.startAndWait(
            manager.stub(), REQUEST, PATIENCE, told::add, (error, pause) -> {});

    assertThat(result).isEqualTo(RUNNING);
    assertThat(told).containsExactly(PENDING, RUNNING);
    assertThat(manager.filters.peek().getOwner()).isEqualTo("me");
    assertThat(manager.filters.peek().getMetaId()).isEqualTo("w");
  }

  @Test
  void failureIsThrownWithItsReason() {
    manager.thenSends(
        PENDING, stopping(WorkspaceConditions.newBuilder().setFailed("no such image")));

    assertThatThrownBy(() -> start(PATIENCE))
        .isInstanceOfSatisfying(
            StartFailed.class,
            e -> {
              assertThat(e.reason()).isEqualTo("no such image");
              assertThat(e.id()).isEqualTo("a");
              assertThat(e.status()).map(WorkspaceStatus::getStatusVersion).contains(3L);
            });
  }

  @Test
  void stopByRequestIsAFailure() {
    manager.thenSends(
        stopping(
            WorkspaceConditions.newBuilder().setStoppedByRequest(WorkspaceConditionBool.TRUE)));

    assertThatThrownBy(() -> start(PATIENCE)).hasMessage("a: stopped by request");
  }

  @Test
  void headlessInstanceThatIsDoneIsTheResult() throws Exception {
    WorkspaceStatus done =
        stopping(WorkspaceConditions.newBuilder().setSnapshot("atelier-snapshot:1"));
    manager.thenSends(done);

    assertThat(start(PATIENCE)).isEqualTo(done);
  }

  @Test
  void deadlineTellsWhatItWaitedFor() {
    manager.thenSends(PENDING);

    assertThatThrownBy(() -> start(Duration.ofSeconds(5)))
        .isInstanceOf(StartTimedOut.class)
        .hasMessage("a: not RUNNING in time: PENDING no room");
  }

  @Test
  void refusalToBeWatchedIsThrownAsItCame() {
    assertThatThrownBy(() -> start(PATIENCE))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
  }
}
