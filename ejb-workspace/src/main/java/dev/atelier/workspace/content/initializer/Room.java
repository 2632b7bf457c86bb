// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.backup.BackupFault;
import dev.atelier.workspace.content.backup.BackupFault.Kind;
import dev.atelier.workspace.content.backup.Restored;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What room an instance's content has.
 *
 * @param workspaceClass whose limit it is; for people
 * @param bytes most bytes of files; 0: no limit
 * @param grows whether the backup of the workspace itself is restored whatever its size, so that
 *     its owner can tidy up
 */
public record Room(String workspaceClass, long bytes, boolean grows) {
  /** As much as there is. */
  public static final Room UNLIMITED = new Room("", 0, true);

  private static final double GIGABYTE = 1e9;

  /** Most bytes of the workspace's own backup; 0: no limit. */
  long ofBackup() {
    return grows ? 0 : bytes;
  }

  /** A backup as it was restored, with a note where it is larger than its class allows. */
  Restored noted(Restored backup) {
    if (bytes == 0 || backup.contentBytes() <= bytes) {
      return backup;
    }
    List<String> notes = new ArrayList<>(backup.notes());
    notes.add(
        "its backup takes %s, more than the %s that class %s allows: it is evicted when it grows"
            .formatted(gigabytes(backup.contentBytes()), gigabytes(bytes), workspaceClass));
    return new Restored(backup.url(), backup.savedAt(), backup.contentBytes(), notes);
  }

  /** The refusal of what is too large, in words for its user; any other fault as it is. */
  BackupFault inWords(String what, BackupFault fault) {
    return fault.kind() == Kind.TOO_LARGE
        ? new BackupFault(
            Kind.TOO_LARGE,
            "%s is larger than class %s allows (%s): %s"
                .formatted(what, workspaceClass, gigabytes(bytes), fault.getMessage()),
            fault)
        : fault;
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.2f GB", bytes / GIGABYTE);
  }
}
