// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** How old the newest backups of running instances are. */
final class BackupAges {
  private static final String NEVER = "never";

  private BackupAges() {}

  /** How many there are of each age, the youngest first. */
  static Map<String, Long> of(Collection<Workspace> workspaces, Instant now) {
    Map<String, Long> ages = new LinkedHashMap<>();
    for (String age : new String[] {"under 5 min", "under 1 h", "under 1 day", "older", NEVER}) {
      ages.put(age, 0L);
    }
    for (Workspace workspace : workspaces) {
      if (workspace.phase() == Phase.RUNNING && workspace.spec().type() == WorkspaceType.REGULAR) {
        ages.merge(
            LastBackup.at(workspace).map(at -> age(Duration.between(at, now))).orElse(NEVER),
            1L,
            Long::sum);
      }
    }
    return ages;
  }

  private static String age(Duration age) {
    if (age.compareTo(Duration.ofMinutes(5)) < 0) {
      return "under 5 min";
    }
    if (age.compareTo(Duration.ofHours(1)) < 0) {
      return "under 1 h";
    }
    return age.compareTo(Duration.ofDays(1)) < 0 ? "under 1 day" : "older";
  }
}
