// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.domain.InitializerMetrics;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What an instance's folder was filled with.
 *
 * @param metrics what each kind of step cost
 * @param origin where it came from
 * @param notes for people: what differs from what was asked for; mostly empty
 */
public record Initialized(InitializerMetrics metrics, Origin origin, List<String> notes) {
  private static final int LONGEST = 1_400;

  /** Where content came from. */
  public enum Origin {
    /** From git, downloads or nothing. */
    NEW(false),
    /** From the workspace's last backup. */
    BACKUP(true),
    /** From a prebuild's snapshot, at the very commit that is checked out. */
    PREBUILD(true),
    /** From a prebuild's snapshot, of which a checkout was brought to another commit. */
    PREBUILD_OF_ANOTHER_COMMIT(false),
    /** From a snapshot. */
    SNAPSHOT(false);

    private final boolean prepared;

    Origin(boolean prepared) {
      this.prepared = prepared;
    }

    /** Whether what tasks do once for a content was done in it. */
    public boolean prepared() {
      return prepared;
    }

    /** Its name in the agent's answers. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the one of that name is prepared; no if there is none. */
    public static boolean prepared(String label) {
      return Arrays.stream(values()).anyMatch(one -> one.prepared && one.label().equals(label));
    }
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
