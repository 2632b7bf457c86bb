// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import dev.atelier.workspace.content.backup.StoredArchives.Entry;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which backups of a workspace are kept. */
final class Kept {
  private Kept() {}

  /**
   * Those that newer ones have made superfluous: final ones older than the third newest, and live
   * ones older than the newest. What has no archive counts as nothing, and goes when it is as old.
   */
  static List<BackupName> superfluous(Map<BackupName, Entry> backups) {
    List<BackupName> there =
        backups.entrySet().stream()
            .filter(backup -> backup.getValue().there())
            .map(Map.Entry::getKey)
            .sorted(Comparator.reverseOrder())
            .toList();
    Optional<BackupName> newest = there.stream().findFirst();
    Optional<BackupName> oldestFinal =
        there.stream()
            .filter(BackupName::isFinal)
            .limit(BackupSettings.KEPT_FINALS)
            .skip(BackupSettings.KEPT_FINALS - 1)
            .findFirst();
    return backups.entrySet().stream()
        .filter(backup -> backup.getValue().manifest() != null)
        .map(Map.Entry::getKey)
        .filter(name -> name.compareTo((name.isFinal() ? oldestFinal : newest).orElse(name)) < 0)
        .sorted()
        .toList();
  }
}
