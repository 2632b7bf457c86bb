// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs many seeds of {@link CrashLife}. {@code -Datelier.crashes.seed=N} replays one and prints its
 * story, {@code -Datelier.crashes.lives=N} runs as many, {@code -Datelier.crashes.from=N} begins
 * with another seed.
 */
class CrashLifeTest {
  private static final Logger CORE_LOG = Logger.getLogger("dev.atelier");

  @TempDir Path folder;

  /** Faults are what it consists of. */
  @BeforeAll
  static void silence() {
    CORE_LOG.setLevel(Level.OFF);
  }

  @AfterAll
  static void speak() {
    CORE_LOG.setLevel(null);
  }

  @Test
  void workIsNotLostWhateverHappens() throws IOException {
    Long only = Long.getLong("atelier.crashes.seed");
    long first = only == null ? Long.getLong("atelier.crashes.from", 50) : only;
    long lives = only == null ? Long.getLong("atelier.crashes.lives", 12) : 1;
    Machine machine = Machine.find(CrashLife.SETTINGS, folder);
    for (long seed = first; seed < first + lives; seed++) {
      CrashLife life =
          new CrashLife(seed, Files.createDirectory(folder.resolve("s" + seed)), machine);
      try {
        life.run();
      } catch (Exception | AssertionError broken) {
        throw new AssertionError(
            "%s%n%s%nReplay: -Dtest=CrashLifeTest -Datelier.crashes.seed=%d"
                .formatted(life.story(), broken, seed),
            broken);
      }
      if (only != null) {
        System.out.println(life.story());
      }
    }
  }
}
