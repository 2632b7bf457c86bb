// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import static dev.atelier.workspace.content.backup.BackupFixture.KEY;
import static dev.atelier.workspace.content.backup.BackupFixture.created;
import static dev.atelier.workspace.content.backup.BackupFixture.read;
import static dev.atelier.workspace.content.backup.BackupFixture.tree;
import static dev.atelier.workspace.content.backup.BackupFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.content.FolderSandbox;
import dev.atelier.workspace.content.backup.BackupFault.Kind;
import dev.atelier.workspace.content.store.FaultyContentStore.Mishap;
import dev.atelier.workspace.content.store.StoredObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupsTest {
  private static final String SNAPSHOT = "0123456789abcdef0123456789abcdef";

  @TempDir Path parent;
  private BackupFixture fixture;
  private FolderSandbox from;
  private FolderSandbox to;

  @BeforeEach
  void open() throws IOException {
    fixture = new BackupFixture(parent);
    from = write(fixture.sandbox("from"), "src/a.txt", "one");
    to = write(fixture.sandbox("to"), "left/over.txt", "of an attempt that was cut off");
  }

  private Optional<Restored> restore() throws BackupFault, InterruptedException {
    return fixture.backups.restoreBackup(to, KEY, 0);
  }

  private static void assertEmpty(FolderSandbox sandbox) {
    assertThat(sandbox.folder()).isEmptyDirectory();
  }

  /** Changes a byte in the middle of the archive that is named so. */
  private void damage(String part) throws IOException {
    for (StoredObject object : fixture.store.list("")) {
      if (object.name().contains(part) && object.name().endsWith(".tar.zst")) {
        Path file = parent.resolve("store/objects").resolve(object.name());
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
      }
    }
  }

  @Test
  void theFinalBackupOfAnInstanceIsWhatTheNextOneStartsFrom() throws Exception {
    Files.createSymbolicLink(from.folder().resolve("link"), Path.of("src/a.txt"));
    Files.createDirectory(from.folder().resolve("empty"));
    Saved saved = fixture.saveFinal(from, 1);
    assertThat(saved.written()).isTrue();
    assertThat(saved.url())
        .isEqualTo(
            "atelier-backup:owner/amber-fox/%015d-instance-1-final", created(1).toEpochMilli());
    Restored restored = restore().orElseThrow();
    assertThat(restored.url()).isEqualTo(saved.url());
    assertThat(restored.notes()).isEmpty();
    assertThat(restored.contentBytes()).isEqualTo(3);
    assertThat(tree(to.folder())).isEqualTo(tree(from.folder()));
  }

  @Test
  void withoutABackupTheFolderStaysAsItIs() throws Exception {
    assertThat(restore()).isEmpty();
    assertThat(read(to, "left/over.txt")).startsWith("of an attempt");
  }

  @Test
  void aFinalBackupIsNotWrittenTwice() throws Exception {
    fixture.saveFinal(from, 1);
    write(from, "src/a.txt", "changed by nobody who may");
    assertThat(fixture.saveFinal(from, 1).written()).isFalse();
    restore();
    assertThat(read(to, "src/a.txt")).isEqualTo("one");
  }

  @Test
  void aFinalBackupWhoseArchiveIsGoneIsMadeAgain() throws Exception {
    fixture.saveFinal(from, 1);
    for (StoredObject object : fixture.store.list("")) {
      if (object.name().endsWith(".tar.zst")) {
        fixture.store.delete(object.name());
      }
    }
    assertThat(fixture.saveFinal(from, 1).written()).isTrue();
    assertThat(restore()).isPresent();
  }

  @Test
  void aBackupOfANewerFormatIsRefusedInWordsAndNoEarlierOneTaken() throws Exception {
    fixture.saveFinal(from, 1);
    write(from, "src/a.txt", "two");
    fixture.saveFinal(from, 2);
    for (StoredObject object : fixture.store.list("")) {
      if (object.name().endsWith("instance-2-final.manifest")) {
        Path file = parent.resolve("store/objects").resolve(object.name());
        Files.writeString(file, "atelier-content 2\nof which nothing is known here\n");
      }
    }
    assertThatThrownBy(this::restore)
        .isInstanceOfSatisfying(
            BackupFault.class,
            fault -> assertThat(fault.kind()).isEqualTo(BackupFault.Kind.REFUSED))
        .hasMessage(
            "its description has format 2, which a newer version of Atelier has written; this"
                + " version reads formats up to 1: restore it with the newer version");
    assertThatThrownBy(() -> fixture.saveFinal(from, 2)).hasMessageContaining("format 2");
    assertThat(fixture.saveFinal(from, 3).written()).isTrue();
    assertThat(fixture.stored()).contains("instance-2-final.manifest", "instance-2-final.tar.zst");
    assertThat(restore()).isPresent();
  }

  @Test
  void theLastThreeFinalBackupsAreKept() throws Exception {
    for (int n = 1; n <= 5; n++) {
      fixture.saveFinal(from, n);
    }
    assertThat(fixture.stored())
        .containsExactly(
            "instance-3-final.manifest",
            "instance-3-final.tar.zst",
            "instance-4-final.manifest",
            "instance-4-final.tar.zst",
            "instance-5-final.manifest",
            "instance-5-final.tar.zst");
  }

  @Test
  void theNewestLiveBackupIsKeptUntilAFinalOneFollows() throws Exception {
    fixture.saveFinal(from, 1);
    fixture.saveLive(from, 2, 1);
    write(from, "src/a.txt", "two");
    Saved live = fixture.saveLive(from, 2, 2);
    assertThat(fixture.stored())
        .containsExactly(
            "instance-1-final.manifest",
            "instance-1-final.tar.zst",
            "instance-2-live-0000000002.manifest",
            "instance-2-live-0000000002.tar.zst");
    assertThat(restore().orElseThrow().url()).isEqualTo(live.url());
    assertThat(read(to, "src/a.txt")).isEqualTo("two");
    fixture.saveFinal(from, 2);
    assertThat(fixture.stored()).noneMatch(name -> name.contains("live")).hasSize(4);
  }

  @Test
  void aLiveBackupIsWrittenOnlyWhenSomethingChanged() throws Exception {
    Saved first = fixture.saveLive(from, 1, 1);
    Saved second = fixture.saveLive(from, 1, 2);
    assertThat(second.written()).isFalse();
    assertThat(second.url()).isEqualTo(first.url());
    Files.setPosixFilePermissions(
        from.folder().resolve("src/a.txt"), PosixFilePermissions.fromString("rwx------"));
    assertThat(fixture.saveLive(from, 1, 3).written()).isTrue();
    Files.move(from.folder().resolve("src/a.txt"), from.folder().resolve("src/b.txt"));
    assertThat(fixture.saveLive(from, 1, 4).written()).isTrue();
    write(from, "src/b.txt", "eno");
    assertThat(fixture.saveLive(from, 1, 5).written()).isTrue();
    assertThat(fixture.saveLive(from, 1, 6).written()).isFalse();
  }

  @Test
  void anotherInstancesBackupIsNoReasonToWriteNone() throws Exception {
    fixture.saveLive(from, 1, 1);
    assertThat(fixture.saveLive(from, 2, 1).written()).isTrue();
  }

  @Test
  void ofADamagedBackupTheEarlierOneIsTakenAndSaidSo() throws Exception {
    fixture.saveFinal(from, 1);
    write(from, "src/a.txt", "two");
    fixture.saveFinal(from, 2);
    damage("instance-2");
    Restored restored = restore().orElseThrow();
    assertThat(read(to, "src/a.txt")).isEqualTo("one");
    assertThat(restored.notes()).hasSize(1);
    assertThat(restored.notes().get(0))
        .contains("instance-2-final is damaged", "the earlier one of 20", "was used");
  }

  @Test
  void ofAMissingArchiveAndATornManifestTheEarlierBackupIsTaken() throws Exception {
    for (int n = 1; n <= 3; n++) {
      write(from, "src/a.txt", "number " + n);
      fixture.saveFinal(from, n);
    }
    for (StoredObject object : fixture.store.list("")) {
      if (object.name().contains("instance-3") && object.name().endsWith(".tar.zst")) {
        fixture.store.delete(object.name());
      }
      if (object.name().contains("instance-2") && object.name().endsWith(".manifest")) {
        Path file = parent.resolve("store/objects").resolve(object.name());
        Files.writeString(
            file, Files.readString(file).substring(0, 200), StandardOpenOption.TRUNCATE_EXISTING);
      }
    }
    assertThat(restore().orElseThrow().notes()).hasSize(2);
    assertThat(read(to, "src/a.txt")).isEqualTo("number 1");
  }

  @Test
  void whenEveryBackupIsDamagedNothingIsRestored() throws Exception {
    fixture.saveFinal(from, 1);
    fixture.saveFinal(from, 2);
    damage("instance-");
    assertThatThrownBy(this::restore)
        .isInstanceOfSatisfying(
            BackupFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.UNUSABLE))
        .hasMessageContaining("every backup of owner/amber-fox is damaged");
    assertEmpty(to);
  }

  @Test
  void aBackupBeyondTheStorageIsRefusedInsteadOfLosingWork() throws Exception {
    fixture.saveFinal(from, 1);
    write(from, "large.txt", "x".repeat(10_000));
    fixture.saveFinal(from, 2);
    assertThatThrownBy(() -> fixture.backups.restoreBackup(to, KEY, 9_000))
        .isInstanceOfSatisfying(
            BackupFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.TOO_LARGE));
    assertEmpty(to);
  }

  @Test
  void aStoreThatIsAwayIsNoStoreWithoutBackups() throws Exception {
    fixture.saveFinal(from, 1);
    fixture.store.failEvery(1, Mishap.BEFORE);
    assertThatThrownBy(this::restore)
        .isInstanceOfSatisfying(
            BackupFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.RETRY));
  }

  @Test
  void aSnapshotOutlivesWhatItIsACopyOf() throws Exception {
    Saved saved = fixture.backups.saveSnapshot(from, SNAPSHOT, KEY, "instance-1", created(1));
    assertThat(saved.url()).isEqualTo("atelier-snapshot:" + SNAPSHOT);
    write(from, "src/a.txt", "later");
    assertThat(
            fixture.backups.saveSnapshot(from, SNAPSHOT, KEY, "instance-1", created(1)).written())
        .isFalse();
    Restored restored = fixture.backups.restoreSnapshot(to, SNAPSHOT, 0);
    assertThat(restored.url()).isEqualTo(saved.url());
    assertThat(read(to, "src/a.txt")).isEqualTo("one");
    assertThat(to.folder().resolve("left")).doesNotExist();
  }

  @Test
  void anUnknownAndADamagedSnapshotSaySo() throws Exception {
    assertThatThrownBy(() -> fixture.backups.restoreSnapshot(to, SNAPSHOT, 0))
        .hasMessage("there is no snapshot atelier-snapshot:" + SNAPSHOT);
    fixture.backups.saveSnapshot(from, SNAPSHOT, KEY, "instance-1", created(1));
    damage(SNAPSHOT);
    assertThatThrownBy(() -> fixture.backups.restoreSnapshot(to, SNAPSHOT, 0))
        .hasMessageStartingWith("snapshot atelier-snapshot:" + SNAPSHOT + " is damaged: ");
    assertEmpty(to);
  }

  @Test
  void foldersThatTheirOwnerMayNotWriteAreEmptiedToo() throws Exception {
    Path closed = to.folder().resolve("left");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-x------"));
    fixture.saveFinal(from, 1);
    restore();
    assertThat(tree(to.folder())).isEqualTo(tree(from.folder()));
  }

  @Test
  void logsAreKept() throws Exception {
    assertThat(fixture.backups.readLog(KEY, "instance-1")).isEmpty();
    byte[] log = "npm install\n".getBytes(StandardCharsets.UTF_8);
    fixture.backups.saveLog(KEY, "instance-1", new ByteArrayInputStream(log));
    try (InputStream kept = fixture.backups.readLog(KEY, "instance-1").orElseThrow()) {
      assertThat(kept.readAllBytes()).isEqualTo(log);
    }
  }

  @Test
  void aMissingFolderIsNoEmptyBackup() throws Exception {
    fixture.saveFinal(from, 1);
    FolderSandbox gone = fixture.sandbox("gone");
    Files.delete(gone.folder());
    assertThatThrownBy(() -> fixture.saveFinal(gone, 2)).isInstanceOf(BackupFault.class);
    assertThat(fixture.stored()).hasSize(2);
  }

  /** Runs it with a store that never answers from the n-th call on, and interrupts it there. */
  private void interrupted(int call, Failures.Act act) throws Exception {
    AtomicReference<Exception> end = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                act.run();
              } catch (Exception e) {
                end.set(e);
              }
            });
    fixture.store.fail(number -> false, Mishap.BEFORE);
    fixture.store.delayFrom(call, Duration.ofMinutes(1));
    thread.start();
    await().until(() -> fixture.store.calls() >= call);
    thread.interrupt();
    thread.join(10_000);
    assertThat(thread.isAlive()).isFalse();
    fixture.store.heal();
    assertThat(end.get()).isInstanceOf(InterruptedException.class);
  }

  @Test
  void anInterruptEndsASaveAndNothingOfItIsSeen() throws Exception {
    for (int call : new int[] {1, 2, 3, 4}) {
      interrupted(call, () -> fixture.saveFinal(from, 1));
      assertThat(fixture.stored()).noneMatch(name -> name.endsWith(".manifest"));
      assertThat(from.processes).noneMatch(Process::isAlive);
    }
    assertThat(fixture.saveFinal(from, 1).written()).isTrue();
  }

  @Test
  void anInterruptEndsARestoreAndLeavesNothingOfIt() throws Exception {
    fixture.saveFinal(from, 1);
    for (int call : new int[] {3, 4, 5}) {
      interrupted(call, this::restore);
      assertEmpty(to);
      assertThat(to.processes).noneMatch(Process::isAlive);
    }
    assertThat(restore()).isPresent();
  }
}
