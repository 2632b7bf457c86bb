// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import static dev.atelier.workspace.content.backup.BackupFixture.KEY;
import static dev.atelier.workspace.content.backup.BackupFixture.created;
import static dev.atelier.workspace.content.backup.BackupFixture.read;
import static dev.atelier.workspace.content.backup.BackupFixture.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.content.FolderSandbox;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two managers, with one store, that work on one workspace at once. */
class TwoManagersTest {
  private static final int ROUNDS = 10;

  @TempDir Path parent;
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private BackupFixture fixture;
  private Backups other;
  private FolderSandbox from;

  @BeforeEach
  void open() throws IOException {
    fixture = new BackupFixture(parent);
    other = BackupFixture.backups(fixture.store, InstantSource.system(), new Random());
    from = write(fixture.sandbox("from"), "version.txt", "0");
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  void bothSaveTheSameFinalBackup() throws Exception {
    CyclicBarrier together = new CyclicBarrier(2);
    for (int n = 1; n <= ROUNDS; n++) {
      int instance = n;
      write(from, "version.txt", Integer.toString(n));
      List<Callable<Saved>> savings =
          List.of(
              () -> {
                together.await();
                return fixture.saveFinal(from, instance);
              },
              () -> {
                together.await();
                return other.saveFinal(from, KEY, "instance-" + instance, created(instance));
              });
      Future<Saved> one = threads.submit(savings.get(0));
      Future<Saved> two = threads.submit(savings.get(1));
      assertThat(one.get().url()).isEqualTo(two.get().url());
      FolderSandbox to = fixture.sandbox("to");
      Restored restored = other.restoreBackup(to, KEY, 0).orElseThrow();
      assertThat(restored.url()).isEqualTo(one.get().url());
      assertThat(restored.notes()).isEmpty();
      assertThat(read(to, "version.txt")).isEqualTo(Integer.toString(n));
    }
  }

  @Test
  void oneRestoresWhileTheOtherOneSavesAndRemoves() throws Exception {
    fixture.saveFinal(from, 0);
    AtomicInteger complete = new AtomicInteger();
    AtomicBoolean over = new AtomicBoolean();
    Future<?> saving =
        threads.submit(
            () -> {
              try {
                for (int n = 1; n <= 3 * ROUNDS; n++) {
                  write(from, "version.txt", Integer.toString(n));
                  fixture.saveFinal(from, n);
                  complete.set(n);
                }
                return true;
              } finally {
                over.set(true);
              }
            });
    FolderSandbox to = fixture.sandbox("to");
    int restores = 0;
    while (!over.get()) {
      int least = complete.get();
      Restored restored = other.restoreBackup(to, KEY, 0).orElseThrow();
      assertThat(restored.notes()).isEmpty();
      assertThat(Integer.parseInt(read(to, "version.txt"))).isGreaterThanOrEqualTo(least);
      restores++;
    }
    saving.get();
    assertThat(restores).isGreaterThan(3);
    assertThat(fixture.stored()).hasSize(6);
  }
}
