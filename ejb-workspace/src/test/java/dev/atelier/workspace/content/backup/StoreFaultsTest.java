// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import static dev.atelier.workspace.content.backup.BackupFixture.KEY;
import static dev.atelier.workspace.content.backup.BackupFixture.tree;
import static dev.atelier.workspace.content.backup.BackupFixture.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.content.FolderSandbox;
import dev.atelier.workspace.content.backup.BackupFault.Kind;
import dev.atelier.workspace.content.store.FaultyContentStore.Mishap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A store that fails at every one of its calls, and at every n-th. */
class StoreFaultsTest {
  private static final String SNAPSHOT = "0123456789abcdef0123456789abcdef";

  @TempDir Path parent;
  private BackupFixture fixture;
  private FolderSandbox from;
  private FolderSandbox to;

  @BeforeEach
  void open() throws IOException {
    fixture = new BackupFixture(parent);
    from = write(fixture.sandbox("from"), "src/a.txt", "the first");
    to = write(fixture.sandbox("to"), "left/over.txt", "of an attempt that was cut off");
  }

  @FunctionalInterface
  private interface Saving {
    Saved save() throws BackupFault, InterruptedException;
  }

  @FunctionalInterface
  private interface Restoring {
    Optional<Restored> restore() throws BackupFault, InterruptedException;
  }

  /** Empty when it failed, cleanly. */
  private static Optional<Saved> attempt(Saving saving) throws InterruptedException {
    try {
      return Optional.of(saving.save());
    } catch (BackupFault e) {
      assertThat(e.kind()).isEqualTo(Kind.RETRY);
      assertThat(e).hasMessageContaining("the store fails at call");
      return Optional.empty();
    }
  }

  private Optional<Restored> backup() throws BackupFault, InterruptedException {
    return fixture.backups.restoreBackup(to, KEY, 0);
  }

  /** Whatever became of the attempt: what is there is whole, and then it succeeds. 1: it failed. */
  private int attemptAndRetry(Saving saving, Restoring restoring, Map<String, String> before)
      throws Exception {
    Optional<Saved> saved = attempt(saving);
    fixture.store.heal();
    Optional<Restored> there;
    try {
      there = restoring.restore();
    } catch (BackupFault e) {
      assertThat(e).hasMessageStartingWith("there is no snapshot");
      there = Optional.empty();
    }
    there.ifPresent(restored -> assertThat(restored.notes()).isEmpty());
    if (saved.isPresent()) {
      assertThat(there.orElseThrow().url()).isEqualTo(saved.get().url());
    }
    if (there.isPresent()) {
      assertThat(tree(to.folder())).isIn(before, tree(from.folder()));
    }
    Saved again = saving.save();
    Restored restored = restoring.restore().orElseThrow();
    assertThat(restored.url()).isEqualTo(again.url());
    assertThat(restored.notes()).isEmpty();
    assertThat(tree(to.folder())).isEqualTo(tree(from.folder()));
    return saved.isPresent() ? 0 : 1;
  }

  @ParameterizedTest
  @EnumSource(Mishap.class)
  void eachFinalBackupEndsCompleteOrCleanlyFailedAndThenSucceeds(Mishap mishap) throws Exception {
    fixture.saveFinal(from, 0);
    int failed = 0;
    for (int call = 1; call <= 25; call++) {
      Map<String, String> before = tree(from.folder());
      int instance = call;
      write(from, "src/a.txt", "before call " + call);
      fixture.store.failAt(call, mishap);
      failed += attemptAndRetry(() -> fixture.saveFinal(from, instance), this::backup, before);
    }
    // What comes after the manifest removes old ones, which may fail.
    assertThat(failed).isBetween(6, 20);
  }

  @ParameterizedTest
  @EnumSource(Mishap.class)
  void everyNthCallMayFail(Mishap mishap) throws Exception {
    for (int n = 1; n <= 25; n++) {
      Map<String, String> before = tree(from.folder());
      int instance = n;
      write(from, "src/a.txt", "every call of " + n);
      fixture.store.failEvery(n, mishap);
      attemptAndRetry(() -> fixture.saveFinal(from, instance), this::backup, before);
    }
  }

  @ParameterizedTest
  @EnumSource(Mishap.class)
  void liveBackupsAndSnapshotsLikewise(Mishap mishap) throws Exception {
    for (int call = 1; call <= 25; call++) {
      Map<String, String> before = tree(from.folder());
      int number = call;
      write(from, "src/a.txt", "before call " + call);
      fixture.store.failAt(call, mishap);
      attemptAndRetry(() -> fixture.saveLive(from, 1, number), this::backup, before);
      String id = SNAPSHOT.substring(2) + "%02x".formatted(call);
      fixture.store.failAt(call, mishap);
      attemptAndRetry(
          () -> fixture.backups.saveSnapshot(from, id, KEY, "instance", BackupFixture.created(1)),
          () -> Optional.of(fixture.backups.restoreSnapshot(to, id, 0)),
          before);
    }
  }

  @ParameterizedTest
  @EnumSource(Mishap.class)
  void aRestoreThatFailsLeavesNothingAndTakesNoEarlierBackup(Mishap mishap) throws Exception {
    fixture.saveFinal(from, 1);
    write(from, "src/a.txt", "the second");
    fixture.saveFinal(from, 2);
    int failed = 0;
    for (int call = 1; call <= 20; call++) {
      write(to, "left/over.txt", "of an attempt that was cut off");
      fixture.store.failAt(call, mishap);
      try {
        assertThat(backup().orElseThrow().notes()).isEmpty();
        assertThat(tree(to.folder())).isEqualTo(tree(from.folder()));
      } catch (BackupFault e) {
        failed++;
        assertThat(e.kind()).isEqualTo(Kind.RETRY);
        assertThat(tree(to.folder())).doesNotContainKey("src/a.txt");
      }
    }
    assertThat(failed).isBetween(4, 19);
    fixture.store.heal();
    assertThat(backup()).isPresent();
  }
}
