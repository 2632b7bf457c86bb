// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static dev.atelier.workspace.content.initializer.ContentFixture.KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.FolderSandbox;
import dev.atelier.workspace.content.backup.BackupFault;
import dev.atelier.workspace.content.initializer.Initialized.Origin;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics.Kind;
import dev.atelier.workspace.domain.WorkspaceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreInitializerTest {
  private static final String SNAPSHOT = "0123456789abcdef0123456789abcdef";
  private static final Instant CREATED = Instant.parse("2026-11-01T10:00:00Z");

  @TempDir Path parent;
  private ContentFixture fixture;
  private FolderSandbox earlier;

  @BeforeEach
  void open() throws IOException {
    fixture = new ContentFixture(parent);
    earlier = FolderSandbox.direct(parent.resolve("earlier"));
    Files.writeString(earlier.folder().resolve("work.txt"), "a day's work");
  }

  private void backUp() throws ContentFault, InterruptedException {
    fixture.backups.saveFinal(earlier, KEY, "earlier", CREATED);
  }

  private static Initializer.Snapshot snapshot(String url) {
    return new Initializer.Snapshot(url, false);
  }

  @Test
  void anExistingBackupWinsOverWhateverIsAskedFor() throws Exception {
    backUp();
    Initializer unreachable = ContentFixture.head("http://127.0.0.1:1/none.git", "none");
    Initialized done = fixture.run(WorkspaceType.REGULAR, unreachable);
    assertThat(fixture.file("work.txt")).hasContent("a day's work");
    assertThat(done.origin()).isEqualTo(Origin.BACKUP);
    assertThat(done.note()).startsWith("restored from the backup of 20");
    assertThat(done.metrics().steps()).containsOnlyKeys(Kind.BACKUP);
    assertThat(done.metrics().steps().get(Kind.BACKUP).size()).isEqualTo(12);
  }

  @Test
  void aBackupIsRestoredWhateverItsSizeAndThatIsSaid() throws Exception {
    backUp();
    Initialized done =
        fixture.run(WorkspaceType.REGULAR, new Initializer.Empty(), new Room("small", 5, true));
    assertThat(fixture.file("work.txt")).hasContent("a day's work");
    assertThat(done.note())
        .contains("its backup takes 0.00 GB, more than the 0.00 GB that class small allows");
  }

  @Test
  void aSnapshotThatIsTooLargeIsRefusedForGood() throws Exception {
    fixture.backups.saveSnapshot(earlier, SNAPSHOT, KEY, "earlier", CREATED);
    assertThatThrownBy(
            () ->
                fixture.run(
                    WorkspaceType.REGULAR,
                    snapshot("atelier-snapshot:" + SNAPSHOT),
                    new Room("small", 5, true)))
        .isInstanceOfSatisfying(
            BackupFault.class,
            fault -> assertThat(fault.kind()).isEqualTo(BackupFault.Kind.TOO_LARGE))
        .hasMessageContaining("is larger than class small allows");
    assertThat(fixture.file("work.txt")).doesNotExist();
  }

  @Test
  void aBackupForWhichThereIsNoRoomIsNoDamagedOne() throws Exception {
    backUp();
    assertThatThrownBy(
            () ->
                fixture.run(
                    WorkspaceType.REGULAR, new Initializer.Empty(), new Room("small", 5, false)))
        .isInstanceOfSatisfying(
            BackupFault.class,
            fault -> assertThat(fault.kind()).isEqualTo(BackupFault.Kind.TOO_LARGE))
        .hasMessageStartingWith("the backup is larger than class small allows");
  }

  @Test
  void headlessInstancesDoNotStartFromABackup() throws Exception {
    backUp();
    Initialized done = fixture.run(WorkspaceType.PREBUILD, new Initializer.Empty());
    assertThat(done.origin()).isEqualTo(Origin.NEW);
    assertThat(fixture.file("work.txt")).doesNotExist();
  }

  @Test
  void aStoreThatIsAwayDoesNotLetWorkBeginAnew() throws Exception {
    backUp();
    Path store = fixture.sandbox.folder().resolveSibling("store");
    Files.move(store, store.resolveSibling("away"));
    assertThatThrownBy(() -> fixture.run(WorkspaceType.REGULAR, new Initializer.Empty()))
        .isInstanceOfSatisfying(
            BackupFault.class, fault -> assertThat(fault.kind()).isEqualTo(BackupFault.Kind.RETRY));
  }

  @Test
  void aBackupInitializerWithoutABackupFails() {
    Initializer backup = new Initializer.Backup("", false);
    for (WorkspaceType type : WorkspaceType.values()) {
      assertThatThrownBy(() -> fixture.run(type, backup))
          .hasMessage("there is no backup of owner/amber-fox");
    }
  }

  @Test
  void aBackupInitializerRestoresForEveryType() throws Exception {
    backUp();
    Initialized done = fixture.run(WorkspaceType.PREBUILD, new Initializer.Backup("", false));
    assertThat(done.origin()).isEqualTo(Origin.BACKUP);
    assertThat(fixture.file("work.txt")).exists();
  }

  @Test
  void aSnapshotIsUnpacked() throws Exception {
    fixture.backups.saveSnapshot(earlier, SNAPSHOT, KEY, "earlier", CREATED);
    Initializer composite =
        new Initializer.Composite(
            List.of(new Initializer.Empty(), snapshot("atelier-snapshot:" + SNAPSHOT)));
    Initialized done = fixture.run(WorkspaceType.REGULAR, composite);
    assertThat(done.origin()).isEqualTo(Origin.SNAPSHOT);
    assertThat(done.metrics().steps()).containsOnlyKeys(Kind.SNAPSHOT, Kind.COMPOSITE);
    assertThat(fixture.file("work.txt")).exists();
  }

  @Test
  void whatIsNoSnapshotsUrlIsRefused() throws Exception {
    backUp();
    for (String url :
        List.of(
            "atelier-backup:owner/amber-fox/001793527200000-earlier-final",
            "atelier-snapshot:../backups/owner/amber-fox",
            "atelier-snapshot:" + SNAPSHOT.toUpperCase(Locale.ROOT),
            SNAPSHOT,
            "")) {
      assertThatThrownBy(() -> fixture.run(WorkspaceType.PREBUILD, snapshot(url)))
          .hasMessage("that is not the URL of a snapshot");
    }
  }

  @Test
  void anUnknownSnapshotFails() {
    Initializer unknown = snapshot("atelier-snapshot:" + SNAPSHOT);
    assertThatThrownBy(() -> fixture.run(WorkspaceType.REGULAR, unknown))
        .hasMessage("there is no snapshot atelier-snapshot:" + SNAPSHOT);
  }

  @Test
  void volumeSnapshotsAreRefusedWithWords() {
    for (Initializer step :
        List.of(new Initializer.Snapshot("name", true), new Initializer.Backup("", true))) {
      assertThatThrownBy(() -> fixture.run(WorkspaceType.REGULAR, step))
          .hasMessage("there are no volume snapshots on this runtime");
    }
  }

  @Test
  void aSnapshotDoesNotTakeAwayWhatStepsBeforeItMade() throws Exception {
    fixture.backups.saveSnapshot(earlier, SNAPSHOT, KEY, "earlier", CREATED);
    Initializer composite =
        new Initializer.Composite(
            List.of(
                new Initializer.Download(List.of(), ""), snapshot("atelier-snapshot:" + SNAPSHOT)));
    assertThatThrownBy(() -> fixture.run(WorkspaceType.REGULAR, composite))
        .hasMessage("a snapshot initializer must be the first of a composite");
  }
}
