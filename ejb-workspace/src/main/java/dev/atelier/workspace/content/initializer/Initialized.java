// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.domain.InitializerMetrics;
import java.util.List;

/**
 * What an instance's folder was filled with.
 *
 * @param metrics what each kind of step cost
 * @param origin where it came from
 * @param notes for people: what differs from what was asked for; mostly empty
 */
public record Initialized(InitializerMetrics metrics, Origin origin, List<String> notes) {
  private static final int LONGEST = 1_400;

  /** Where content came from: tasks that have run there need not run again. */
  public enum Origin {
    /** From git, downloads or nothing. */
    NEW,
    /** From the workspace's last backup. */
    BACKUP,
    /** From a prebuild's snapshot. */
    PREBUILD,
    /** From a snapshot. */
    SNAPSHOT
  }

  /** Copies the notes. */
  public Initialized {
    notes = List.copyOf(notes);
  }

  /** All notes in one line, at most 1,400 characters; empty without any. */
  public String note() {
    String line = String.join("; ", notes);
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST - 1) + "…";
  }
}
