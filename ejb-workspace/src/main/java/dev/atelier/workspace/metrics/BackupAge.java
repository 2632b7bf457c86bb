// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.metrics;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How old the newest backup of running instances is. */
final class BackupAge {
  private BackupAge() {}

  /** The greatest of each class in seconds; 0 where nothing runs that is backed up. */
  static Map<List<String>, Double> greatest(
      Collection<Workspace> workspaces, Collection<String> classes, Instant now) {
    Map<List<String>, Double> ages = new TreeMap<>(Counter.ORDER);
    classes.forEach(known -> ages.put(List.of(known), 0d));
    for (Workspace workspace : workspaces) {
      String id = workspace.spec().workspaceClass();
      String known = classes.contains(id) ? id : WorkspaceMetrics.OTHER;
      of(workspace, now)
          .ifPresent(age -> ages.merge(List.of(known), age.toMillis() / 1e3, Math::max));
    }
    return ages;
  }

  /** Where none was made yet: since it runs. Empty for what does not run or is not backed up. */
  private static Optional<Duration> of(Workspace workspace, Instant now) {
    if (workspace.phase() != Phase.RUNNING || workspace.spec().type() != WorkspaceType.REGULAR) {
      return Optional.empty();
    }
    return workspace
        .status()
        .progress()
        .captures()
        .lastBackup()
        .map(backup -> backup.at())
        .or(() -> workspace.status().progress().runningAt())
        .map(since -> Duration.between(since, now));
  }
}
