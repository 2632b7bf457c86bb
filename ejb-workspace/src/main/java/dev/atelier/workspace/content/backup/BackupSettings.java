// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How content is saved and restored.
 *
 * @param saveTimeout for one attempt to save the content of an instance; positive
 * @param restoreTimeout for one attempt to restore it; positive
 */
public record BackupSettings(Duration saveTimeout, Duration restoreTimeout) {
  /** Final backups of a workspace that are kept. */
  static final int KEPT_FINALS = 3;

  /** Nothing configured: an hour, as long as a finalization may take, for each. */
  public static BackupSettings defaults() {
    return new BackupSettings(Duration.ofHours(1), Duration.ofHours(1));
  }

  /** Refuses what makes no sense, all faults at once. */
  public BackupSettings {
    List<String> faults = new ArrayList<>();
    if (saveTimeout.isZero() || saveTimeout.isNegative()) {
      faults.add("atelier.content.save-timeout: must be positive");
    }
    if (restoreTimeout.isZero() || restoreTimeout.isNegative()) {
      faults.add("atelier.content.restore-timeout: must be positive");
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", faults));
    }
  }
}
