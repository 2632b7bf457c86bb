// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How long content is kept. Empty: for ever.
 *
 * @param backups since the last run of their workspace; positive
 * @param snapshots since they were made; positive
 * @param snapshotsPerWorkspace the newest of each workspace that are kept; positive
 * @param logs since the end of their instance; positive
 */
public record RetentionSettings(
    Optional<Duration> backups,
    Optional<Duration> snapshots,
    OptionalInt snapshotsPerWorkspace,
    Optional<Duration> logs) {
  /** Nothing configured: everything for ever. */
  public static final RetentionSettings FOR_EVER =
      new RetentionSettings(
          Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.empty());

  /** Refuses what makes no sense, all faults at once. */
  public RetentionSettings {
    List<String> faults = new ArrayList<>();
    positive(faults, "backup-days", backups);
    positive(faults, "snapshot-days", snapshots);
    positive(faults, "log-days", logs);
    if (snapshotsPerWorkspace.orElse(1) < 1) {
      faults.add("atelier.content.retention.snapshots-per-workspace: must be positive");
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", faults));
    }
  }

  private static void positive(List<String> faults, String key, Optional<Duration> value) {
    if (value.isPresent() && (value.get().isZero() || value.get().isNegative())) {
      faults.add("atelier.content.retention." + key + ": must be positive");
    }
  }
}
