// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Captures;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.WorkspaceStatus;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.reconcile.Snapshots;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.runtime.FakeRuntime;
import dev.atelier.workspace.store.MemorySnapshotStore;
import dev.atelier.workspace.store.MemoryWorkspaceStore;
import dev.atelier.workspace.store.WorkspaceStore.LeftAlone;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ContentOperationsTest {
  private static final Caller CALLER = new Caller("test", TraceContext.NONE);

  private final MemoryWorkspaceStore store = new MemoryWorkspaceStore();
  private final MemorySnapshotStore kept = new MemorySnapshotStore();
  private final WorkspaceTracker tracker = new WorkspaceTracker(change -> {}, Runnable::run);
  private final Snapshots snapshots = Snapshots.of(kept, tracker, store::leavesAlone);
  private Instant now = Workspaces.CREATED;
  private Maintenance maintenance;
  private ContentOperations operations;

  @BeforeEach
  void start() throws WorkspaceFault {
    AuditLog audit = new AuditLog();
    maintenance =
        new Maintenance(
            new MaintenanceRecord() {
              @Override
              public Optional<Instant> read() {
                return Optional.empty();
              }

              @Override
              public void write(Optional<Instant> until) {}
            },
            Optional.empty(),
            () -> now,
            audit);
    operations =
        new ContentOperations(
            store,
            new FakeRuntime(),
            tracker,
            snapshots,
            maintenance,
            new FixedRandomness(""),
            audit,
            () -> now);
    store.watch(tracker::accept);
    store.create(Workspaces.running(), new WorkspaceSecrets("", List.of(), Optional.empty()));
  }

  private Captures captures() {
    return tracker.get("i").orElseThrow().status().progress().captures();
  }

  /** As the reconciler records the end of a copy. */
  private void settle(String id, String url, String failure) throws WorkspaceFault {
    Workspace before = tracker.get("i").orElseThrow();
    Capture capture =
        captures().pending().stream().filter(c -> c.id().equals(id)).findFirst().orElseThrow();
    WorkspaceStatus status = before.status();
    Workspace after =
        before.withStatus(
            status.withProgress(
                status
                    .progress()
                    .withCaptures(
                        captures()
                            .settled(new Capture.Outcome(id, capture.kind(), url, failure, now)))));
    snapshots.record(before, after, now);
    store.update("i", workspace -> after);
  }

  private static WorkspaceFault fault(CompletableFuture<?> answer) {
    assertThat(answer).isCompletedExceptionally();
    return (WorkspaceFault) answer.handle((value, thrown) -> thrown).join();
  }

  @Test
  void backupAnswersWhenItIsComplete() throws WorkspaceFault {
    CompletableFuture<String> answer = operations.backup("i", CALLER);
    assertThat(answer).isNotDone();
    settle("live-1", "url", "");
    assertThat(answer).isCompletedWithValue("url");
  }

  @Test
  void backupThatFailsSaysWhy() throws WorkspaceFault {
    CompletableFuture<String> answer = operations.backup("i", CALLER);
    settle("live-1", "", "the store is away");
    assertThat(fault(answer)).hasMessage("backup failed: the store is away");
  }

  @Test
  void backupsShareOneThatHasNotBegun() throws WorkspaceFault {
    CompletableFuture<String> first = operations.backup("i", CALLER);
    CompletableFuture<String> second = operations.backup("i", CALLER);
    CompletableFuture<String> third = operations.backup("i", CALLER);
    assertThat(captures().pending()).extracting(Capture::id).containsExactly("live-1", "live-2");
    settle("live-1", "one", "");
    assertThat(first).isCompletedWithValue("one");
    assertThat(second).isNotDone();
    settle("live-2", "two", "");
    assertThat(second).isCompletedWithValue("two");
    assertThat(third).isCompletedWithValue("two");
  }

  @Test
  void blockingSnapshotJoinsOneThatIsUnderWay() throws WorkspaceFault {
    CompletableFuture<String> first = operations.takeSnapshot("i", false, CALLER);
    CompletableFuture<String> second = operations.takeSnapshot("i", false, CALLER);
    assertThat(captures().pending()).hasSize(1);
    String id = captures().pending().get(0).id();
    settle(id, new SnapshotUrl(id).toString(), "");
    assertThat(first).isCompletedWithValue("atelier-snapshot:" + id);
    assertThat(second).isCompletedWithValue("atelier-snapshot:" + id);
    assertThat(kept.get(id).orElseThrow().state()).isEqualTo(Snapshot.State.COMPLETE);
  }

  @Test
  void immediateSnapshotIsKnownAtOnceAndItsEndLater() throws WorkspaceFault {
    String url = operations.takeSnapshot("i", true, CALLER).join();
    String id = SnapshotUrl.parse(url).orElseThrow().id();
    assertThat(kept.get(id).orElseThrow().state()).isEqualTo(Snapshot.State.UNDERWAY);
    CompletableFuture<Optional<Snapshot>> settled = snapshots.settled(id);
    assertThat(settled).isNotDone();
    settle(id, "", "disk full");
    assertThat(settled.join().orElseThrow().message()).isEqualTo("disk full");
    assertThat(settled.join().orElseThrow().state()).isEqualTo(Snapshot.State.FAILED);
  }

  @Test
  void immediateSnapshotCopiesNothingOlderThanItsCall() throws WorkspaceFault {
    String first = operations.takeSnapshot("i", true, CALLER).join();
    String second = operations.takeSnapshot("i", true, CALLER).join();
    assertThat(second).isNotEqualTo(first);
    assertThat(operations.takeSnapshot("i", true, CALLER).join()).isEqualTo(second);
  }

  @Test
  void unknownSnapshotIsSettledAtOnce() {
    assertThat(snapshots.settled("f".repeat(32))).isCompletedWithValue(Optional.empty());
  }

  @Test
  void snapshotThatItsInstanceForgotIsNotWaitedFor() throws WorkspaceFault {
    kept.create(Snapshot.of(Workspaces.running(), "a".repeat(32), now));
    assertThat(snapshots.settled("a".repeat(32))).isDone();
  }

  @Test
  void snapshotThatANewerManagerMayMakeStillIsWaitedFor() throws WorkspaceFault {
    Workspace instance = Workspaces.pending("foreign");
    Snapshot begun = Snapshot.of(instance, "a".repeat(32), now);
    store.leaveAlone(
        new LeftAlone("foreign", "owner", "meta", false, "a newer version has written it"));
    kept.create(begun);

    CompletableFuture<Optional<Snapshot>> settled = snapshots.settled("a".repeat(32));
    assertThat(settled).isNotDone();
    kept.put(begun.settled("", now));
    assertThat(settled.join().orElseThrow().state()).isEqualTo(Snapshot.State.COMPLETE);
  }

  @Test
  void whoeverWaitsNoLongerChangesNothing() throws WorkspaceFault {
    CompletableFuture<String> answer = operations.takeSnapshot("i", false, CALLER);
    answer.cancel(false);
    String id = captures().pending().get(0).id();
    settle(id, "url", "");
    assertThat(kept.get(id).orElseThrow().state()).isEqualTo(Snapshot.State.COMPLETE);
  }

  @Test
  void instanceThatIsForgottenFailsWhoWaits() throws WorkspaceFault {
    CompletableFuture<String> answer = operations.backup("i", CALLER);
    store.delete("i");
    assertThat(fault(answer).code()).isEqualTo(WorkspaceFault.Code.NOT_FOUND);
  }

  @Test
  void onlyWhatRunsIsCopied() throws WorkspaceFault {
    Workspace stopping = Workspaces.in(Phase.STOPPING, WorkspaceType.REGULAR);
    store.update("i", workspace -> stopping);
    assertThatThrownBy(() -> operations.backup("i", CALLER))
        .hasMessageContaining("STOPPING, not RUNNING");
    assertThatThrownBy(() -> operations.takeSnapshot("i", true, CALLER))
        .hasMessageContaining("STOPPING, not RUNNING");
    assertThatThrownBy(() -> operations.takeSnapshot("unknown", true, CALLER))
        .extracting(thrown -> ((WorkspaceFault) thrown).code())
        .isEqualTo(WorkspaceFault.Code.NOT_FOUND);
  }

  @Test
  void maintenanceRefusesSnapshotsAndNoBackups() throws WorkspaceFault {
    maintenance.set(Optional.of(now.plusSeconds(60)), CALLER);
    assertThatThrownBy(() -> operations.takeSnapshot("i", true, CALLER))
        .hasMessage("under maintenance");
    assertThat(operations.backup("i", CALLER)).isNotDone();
  }
}
