// SPDX-License-Identifier: Apache-2.0
package dev.atelier.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.proto.wsman.MetadataFilter;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WatchTest {
  private static final WorkspaceStatus CREATING = Statuses.of("a", 1, WorkspacePhase.CREATING);
  private static final WorkspaceStatus RUNNING = Statuses.of("a", 2, WorkspacePhase.RUNNING);
  private static final WorkspaceStatus STOPPED = Statuses.of("a", 9, WorkspacePhase.STOPPED);
  private static final MetadataFilter MINE = MetadataFilter.newBuilder().setOwner("me").build();

  private final List<Status.Code> lost = new ArrayList<>();
  private ScriptedManager manager;

  @BeforeEach
  void start() throws IOException {
    manager = new ScriptedManager();
  }

  @AfterEach
  void end() {
    manager.close();
  }

  private Watch watch() {
    return Watch.open(
        manager.stub(), MINE, (error, pause) -> lost.add(error.getStatus().getCode()));
  }

  private static List<WorkspaceStatus> take(Watch watch, int count) {
    List<WorkspaceStatus> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(watch.next());
    }
    return taken;
  }

  @Test
  void reconnectedStreamRepeatsNothing() {
    manager.listed.put("a", RUNNING);
    manager
        .thenEnds(Status.UNAVAILABLE, CREATING)
        .thenEnds(Status.OK, CREATING, RUNNING)
        .thenEnds(Status.INTERNAL, CREATING, RUNNING)
        .thenSends(RUNNING, STOPPED);

    try (Watch watch = watch()) {
      assertThat(take(watch, 3)).containsExactly(CREATING, RUNNING, STOPPED);
    }
    assertThat(lost)
        .containsExactly(Status.Code.UNAVAILABLE, Status.Code.UNAVAILABLE, Status.Code.INTERNAL);
    assertThat(manager.filters).hasSize(4).containsOnly(MINE);
  }

  @Test
  void whatWasForgottenMeanwhileStops() {
    manager.thenEnds(Status.UNAVAILABLE, RUNNING).thenSends();

    try (Watch watch = watch()) {
      assertThat(watch.next()).isEqualTo(RUNNING);
      assertThat(watch.next())
          .isEqualTo(
              RUNNING.toBuilder()
                  .setPhase(WorkspacePhase.STOPPED)
                  .setStatusVersion(3)
                  .setMessage(Watch.FORGOTTEN)
                  .build());
    }
  }

  @Test
  void answerThatWouldComeAgainEndsIt() {
    manager.thenEnds(Status.UNAUTHENTICATED.withDescription("no token"), RUNNING);

    try (Watch watch = watch()) {
      assertThat(watch.next()).isEqualTo(RUNNING);
      assertThatThrownBy(watch::hasNext)
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getDescription()).isEqualTo("no token"));
      assertThat(watch.hasNext()).isFalse();
    }
    assertThat(lost).isEmpty();
  }

  @Test
  void deadlineOfTheStubEndsItWithoutAnError() {
    manager.thenSends(RUNNING);

    try (Watch watch = Watch.open(manager.stub().withDeadlineAfter(5, TimeUnit.SECONDS), MINE)) {
      assertThat(watch.next()).isEqualTo(RUNNING);
      assertThat(watch.hasNext()).isFalse();
    }
  }

  @Test
  void closingFromAnotherThreadEndsTheWaitAtOnce() throws Exception {
    manager.thenSends(RUNNING);
    Watch watch = watch();
    assertThat(watch.next()).isEqualTo(RUNNING);

    Thread closer = new Thread(watch::close);
    closer.start();
    assertThat(watch.hasNext()).isFalse();
    closer.join();
  }

  @Test
  void whatWasPromisedIsGivenAfterTheEnd() {
    manager.thenSends(RUNNING, STOPPED);
    Watch watch = watch();
    assertThat(watch.hasNext()).isTrue();
    watch.close();
    assertThat(watch.next()).isEqualTo(RUNNING);
    assertThat(watch.hasNext()).isFalse();
  }

  @Test
  void interruptionEndsItAndStaysSet() {
    manager.thenSends(RUNNING);
    try (Watch watch = watch()) {
      assertThat(watch.next()).isEqualTo(RUNNING);
      Thread.currentThread().interrupt();
      assertThat(watch.hasNext()).isFalse();
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
