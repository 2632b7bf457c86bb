// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.content.FolderSandbox;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Random trees; a failure names the seed that makes its tree again. */
class RoundTripIT {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir(cleanup = CleanupMode.NEVER)
  Path folder;

  private final Archives archives = new Archives(ArchiveSettings.defaults(), Thread::new);

  @AfterEach
  void delete() throws Exception {
    Trees.shell(folder.getParent(), "rm -rf -- '" + folder + "'");
  }

  @Test
  void randomTreesComeBackByteForByte() throws Exception {
    assumeTrue(Trees.python("random trees that are archived and restored"));
    long start = Long.getLong("archive.seed", System.nanoTime());
    for (long seed = start; seed < start + Integer.getInteger("archive.trees", 8); seed++) {
      FolderSandbox first = FolderSandbox.direct(folder.resolve("first"));
      FolderSandbox second = FolderSandbox.direct(folder.resolve("second"));
      Trees.make(seed, first.folder(), 150);
      String before = Trees.list(first.folder());
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      Archive archive = archives.pack(first, bytes, MINUTE);
      assertThat(archive.notes()).as("seed %d", seed).isEqualTo(Notes.NONE);
      assertThat(archive.entries()).as("seed %d", seed).isEqualTo(before.lines().count());
      archives.unpack(
          second, new ByteArrayInputStream(bytes.toByteArray()), archive, 1L << 30, MINUTE);
      assertThat(Trees.difference(before, Trees.list(second.folder())))
          .as("seed %d", seed)
          .isEmpty();
      Trees.shell(folder, "rm -rf first second");
    }
  }
}
