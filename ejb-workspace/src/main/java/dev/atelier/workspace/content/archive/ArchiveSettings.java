// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import java.util.ArrayList;
import java.util.List;

/**
 * How archives are made.
 *
 * @param level of zstd's compression, 1 to {@value #HIGHEST_LEVEL}: higher ones need more memory
 *     than an archive may take
 * @param workers threads that compress one archive, 1 to {@value #MOST_WORKERS}: each adds some 8
 *     MB
 * @param mostEntries files, folders and links of one archive at most; positive
 */
public record ArchiveSettings(int level, int workers, long mostEntries) {
  /** Beyond it an archive takes too much memory. */
  public static final int HIGHEST_LEVEL = 9;

  /** More make it no faster. */
  public static final int MOST_WORKERS = 4;

  /** Nothing configured: zstd's own level, a thread for each processor, 50 million entries. */
  public static ArchiveSettings defaults() {
    return new ArchiveSettings(
        3, Math.min(MOST_WORKERS, Runtime.getRuntime().availableProcessors()), 50_000_000);
  }

  /** Refuses what makes no sense, all faults at once. */
  public ArchiveSettings {
    List<String> faults = new ArrayList<>();
    if (level < 1 || level > HIGHEST_LEVEL) {
      faults.add("atelier.archive.level: must be 1 to " + HIGHEST_LEVEL);
    }
    if (workers < 1 || workers > MOST_WORKERS) {
      faults.add("atelier.archive.workers: must be 1 to " + MOST_WORKERS);
    }
    if (mostEntries < 1) {
      faults.add("atelier.archive.most-entries: must be positive");
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", faults));
    }
  }
}
