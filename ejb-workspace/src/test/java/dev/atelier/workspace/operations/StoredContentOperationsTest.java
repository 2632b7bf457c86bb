// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.FolderSandbox;
import dev.atelier.workspace.content.backup.BackupFixture;
import dev.atelier.workspace.content.backup.Retention;
import dev.atelier.workspace.content.backup.RetentionSettings;
import dev.atelier.workspace.content.backup.StoredContent;
import dev.atelier.workspace.content.backup.WorkspaceKey;
import dev.atelier.workspace.content.store.FaultyContentStore.Mishap;
import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.store.MemorySnapshotStore;
import dev.atelier.workspace.store.MemoryWorkspaceStore;
import dev.atelier.workspace.store.WorkspaceStore.LeftAlone;
import dev.atelier.workspace.store.WorkspaceStore.StoreChange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredContentOperationsTest {
  private static final Caller CALLER = new Caller("test", TraceContext.NONE);
  private static final String ID = "0123456789abcdef".repeat(2);
  private static final String URL = new SnapshotUrl(ID).toString();

  @TempDir Path parent;
  private final WorkspaceTracker tracker = new WorkspaceTracker(change -> {}, Runnable::run);
  private final List<Snapshot> put = new ArrayList<>();
  private Runnable meanwhile = () -> {};
  private final MemorySnapshotStore snapshots =
      new MemorySnapshotStore() {
        @Override
        public void put(Snapshot snapshot) {
          super.put(snapshot);
          put.add(snapshot);
          meanwhile.run();
        }
      };
  private final Workspace running = Workspaces.running();
  private Instant now = Instant.now();
  private BackupFixture fixture;
  private FolderSandbox from;
  private Runnable afterALook = () -> {};
  private final MemoryWorkspaceStore store =
      new MemoryWorkspaceStore() {
        @Override
        public List<Workspace> recorded() throws WorkspaceFault {
          List<Workspace> seen = super.recorded();
          afterALook.run();
          return seen;
        }
      };
  private StoredContentOperations operations;

  @BeforeEach
  void open() throws IOException {
    fixture = new BackupFixture(parent);
    from = BackupFixture.write(fixture.sandbox("from"), "a.txt", "a");
    StoredContent content = new StoredContent(fixture.store);
    Optional<Duration> day = Optional.of(Duration.ofDays(1));
    RetentionSettings settings = new RetentionSettings(day, day, OptionalInt.empty(), day);
    operations =
        new StoredContentOperations(
            content,
            new Retention(content, settings, () -> now),
            snapshots,
            tracker,
            store,
            new AuditLog(),
            () -> now);
  }

  private String owner() {
    return running.spec().owner();
  }

  private String metaId() {
    return running.spec().metaId();
  }

  private void saveBackup() throws Exception {
    fixture.backups.saveFinal(from, new WorkspaceKey(owner(), metaId()), "i", now);
  }

  private void saveSnapshot() throws Exception {
    fixture.backups.saveSnapshot(from, ID, new WorkspaceKey(owner(), metaId()), "i", now);
    snapshots.put(Snapshot.of(running, ID, now).settled("", now));
  }

  private static Workspace startingFromSnapshot() {
    Workspace pending = Workspaces.pending("j");
    return pending.withSpec(pending.spec().withInitializer(new Initializer.Snapshot(URL, false)));
  }

  @Test
  void backupsAreShownAndDeletedOnceNoInstanceUsesThem() throws Exception {
    saveBackup();
    tracker.fill(List.of(running));
    assertThat(operations.backups(owner(), metaId()).orElseThrow().backups()).hasSize(1);
    assertThatThrownBy(() -> operations.deleteBackups(owner(), metaId(), CALLER))
        .hasMessageContaining("has not stopped")
        .extracting(thrown -> ((WorkspaceFault) thrown).code())
        .isEqualTo(WorkspaceFault.Code.FAILED_PRECONDITION);
    assertThat(operations.backups(owner(), metaId())).isPresent();
  }

  @Test
  void whatHasStoppedHoldsNoBackup() throws Exception {
    saveBackup();
    tracker.fill(List.of(Workspaces.in(Phase.STOPPED, WorkspaceType.REGULAR)));
    assertThat(operations.deleteBackups(owner(), metaId(), CALLER)).isTrue();
    assertThat(operations.backups(owner(), metaId())).isEmpty();
    assertThat(operations.deleteBackups(owner(), metaId(), CALLER)).isFalse();
  }

  @Test
  void nothingIsDeletedThatAnInstanceMayNeedWhoseRecordCannotBeRead() throws Exception {
    saveBackup();
    saveSnapshot();
    tracker.fill(List.of());
    now = now.plus(Duration.ofDays(2));
    store.leaveAlone(new LeftAlone("newer", owner(), metaId(), false, "it has format 2"));

    assertThatThrownBy(() -> operations.removeOld()).hasMessage("it has format 2");
    assertThatThrownBy(() -> operations.deleteSnapshot(URL, CALLER)).hasMessage("it has format 2");
    assertThatThrownBy(() -> operations.deleteBackups(owner(), metaId(), CALLER))
        .hasMessageContaining("has not stopped");
    assertThat(operations.deleteBackups(owner(), "another", CALLER)).isFalse();
    assertThat(operations.backups(owner(), metaId())).isPresent();
  }

  @Test
  void namesThatAreNoneAreRefusedByField() {
    assertThatThrownBy(() -> operations.deleteBackups("../x", "", CALLER))
        .extracting(thrown -> ((WorkspaceFault) thrown).violations())
        .asString()
        .contains("owner", "meta_id");
    assertThatThrownBy(() -> operations.deleteSnapshot("file:///x", CALLER))
        .hasMessageContaining("not a snapshot's URL");
  }

  @Test
  void snapshotIsDeletedWithItsRecordOnceNoStartNeedsIt() throws Exception {
    saveSnapshot();
    tracker.fill(List.of(startingFromSnapshot()));
    assertThatThrownBy(() -> operations.deleteSnapshot(URL, CALLER))
        .hasMessageContaining("starts from the snapshot");
    assertThat(operations.snapshots()).hasSize(1);

    tracker.accept(new StoreChange("j", Optional.empty()));
    assertThat(operations.deleteSnapshot(URL, CALLER)).isTrue();
    assertThat(operations.snapshots()).isEmpty();
    assertThat(fixture.store.list("")).isEmpty();
    assertThat(operations.deleteSnapshot(URL, CALLER)).isFalse();
  }

  /** A start elsewhere, which is not told of here yet. */
  private void startElsewhere(Workspace workspace) {
    try {
      store.create(workspace, new WorkspaceSecrets("", List.of(), Optional.empty()));
    } catch (WorkspaceFault e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void startThatComesWhileItsSnapshotIsDeletedKeepsIt() throws Exception {
    saveSnapshot();
    tracker.fill(List.of());
    Snapshot before = snapshots.get(ID).orElseThrow();
    put.clear();
    meanwhile =
        () -> {
          meanwhile = () -> {};
          startElsewhere(startingFromSnapshot());
        };
    assertThatThrownBy(() -> operations.deleteSnapshot(URL, CALLER))
        .hasMessageContaining("starts from the snapshot");
    assertThat(put.get(0).refusal()).contains("is being deleted");
    assertThat(snapshots.get(ID)).contains(before);
    assertThat(fixture.store.list("")).isNotEmpty();

    now = now.plus(Duration.ofDays(2));
    assertThat(operations.removeOld().snapshots()).isEmpty();
    assertThat(snapshots.get(ID)).contains(before);
  }

  @Test
  void nothingStartsFromASnapshotOnceItsDeletionHasBegun() throws Exception {
    saveSnapshot();
    tracker.fill(List.of());
    fixture.store.failEvery(1, Mishap.BEFORE);
    assertThatThrownBy(() -> operations.deleteSnapshot(URL, CALLER))
        .isInstanceOf(WorkspaceFault.class);
    assertThat(snapshots.get(ID).flatMap(Snapshot::refusal)).contains("is being deleted");

    fixture.store.failAt(-1, Mishap.BEFORE);
    assertThat(operations.removeOld().snapshots()).containsExactly(ID);
    assertThat(snapshots.get(ID)).isEmpty();
  }

  @Test
  void backupsStayForAStartThatIsNotToldOfYet() throws Exception {
    saveBackup();
    tracker.fill(List.of());
    store.create(running, new WorkspaceSecrets("", List.of(), Optional.empty()));
    assertThatThrownBy(() -> operations.deleteBackups(owner(), metaId(), CALLER))
        .hasMessageContaining("has not stopped");
  }

  @Test
  void startThatComesWhileItsBackupsAreDeletedFindsTheNewest() throws Exception {
    saveBackup();
    fixture.backups.saveFinal(
        from, new WorkspaceKey(owner(), metaId()), "j", now.plus(Duration.ofHours(1)));
    tracker.fill(List.of());
    afterALook =
        () -> {
          afterALook = () -> {};
          startElsewhere(running);
        };
    assertThatThrownBy(() -> operations.deleteBackups(owner(), metaId(), CALLER))
        .hasMessageContaining("was started meanwhile: its newest backup is kept")
        .extracting(thrown -> ((WorkspaceFault) thrown).code())
        .isEqualTo(WorkspaceFault.Code.FAILED_PRECONDITION);
    assertThat(operations.backups(owner(), metaId()).orElseThrow().backups())
        .extracting(backup -> backup.name().instanceId())
        .containsExactly("j");
  }

  @Test
  void backupsStayForAnInstanceThatIsFoundUnreadableOnlyWhenAllIsRead() throws Exception {
    saveBackup();
    tracker.fill(List.of());
    LeftAlone newer = new LeftAlone("newer", owner(), metaId(), false, "it has format 2");
    afterALook = () -> store.leaveAlone(newer);
    assertThatThrownBy(() -> operations.deleteBackups(owner(), metaId(), CALLER))
        .hasMessageContaining("has not stopped");
    assertThat(operations.backups(owner(), metaId())).isPresent();
  }

  @Test
  void oldBackupsStayForAStartThatIsNotToldOfYet() throws Exception {
    saveBackup();
    tracker.fill(List.of());
    startElsewhere(running);
    now = now.plus(Duration.ofDays(2));
    assertThat(operations.removeOld().workspaces()).isEmpty();
    assertThat(operations.backups(owner(), metaId())).isPresent();
  }

  @Test
  void oldContentGoesWithItsRecordsButForWhatAStartNeeds() throws Exception {
    saveBackup();
    saveSnapshot();
    tracker.fill(List.of(startingFromSnapshot()));
    assertThat(operations.removeOld()).isEqualTo(Retention.Removed.NOTHING);
    now = now.plus(Duration.ofDays(2));
    assertThat(operations.removeOld().workspaces())
        .containsExactly(new WorkspaceKey(owner(), metaId()));
    assertThat(operations.snapshots()).hasSize(1);

    tracker.accept(new StoreChange("j", Optional.empty()));
    assertThat(operations.removeOld().snapshots()).containsExactly(ID);
    assertThat(operations.snapshots()).isEmpty();
    assertThat(fixture.store.list("")).isEmpty();
  }

  @Test
  void storeThatIsAwayIsUnavailable() throws Exception {
    saveBackup();
    fixture.store.failEvery(1, Mishap.BEFORE);
    assertThatThrownBy(() -> operations.deleteBackups(owner(), metaId(), CALLER))
        .extracting(thrown -> ((WorkspaceFault) thrown).code())
        .isEqualTo(WorkspaceFault.Code.UNAVAILABLE);
  }
}
