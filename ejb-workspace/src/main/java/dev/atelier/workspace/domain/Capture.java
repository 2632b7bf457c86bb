// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.time.Duration;
import java.time.Instant;

/**
 * A copy of an instance's content that is to be made while the instance lives.
 *
 * @param id a snapshot's id, or {@code live-} and the number of a backup in its instance
 * @param kind what it becomes
 * @param requestedAt when it was asked for or due
 */
public record Capture(String id, Kind kind, Instant requestedAt) {
  private static final String LIVE = "live-";

  /** The backup of that number; numbers begin with 1. */
  static Capture backup(int number, Instant now) {
    return new Capture(LIVE + number, Kind.BACKUP, now);
  }

  /** The number of a backup among those of its instance. */
  public int number() {
    return Integer.parseInt(id.substring(LIVE.length()));
  }

  /** What a copy becomes. */
  public enum Kind {
    /** A snapshot. */
    SNAPSHOT,
    /** A live backup. */
    BACKUP
  }

  /**
   * How far a runtime is with a capture.
   *
   * @param id of the capture
   * @param state how far
   * @param url where it is; empty until complete
   * @param took how long it took so far
   * @param message why it failed, or what it waits for; may be empty
   */
  public record Seen(
      String id, Observation.SaveState state, String url, Duration took, String message) {}

  /**
   * What came of a capture.
   *
   * @param id of the capture
   * @param kind what it was to become
   * @param url where it is; empty when it failed
   * @param failure why it failed; empty when it did not
   * @param at when that was known
   */
  public record Outcome(String id, Kind kind, String url, String failure, Instant at) {
    /** For people: how it failed; empty when it did not. */
    public String message() {
      if (failure.isEmpty()) {
        return "";
      }
      return switch (kind) {
        case SNAPSHOT -> "snapshot failed: " + failure;
        case BACKUP -> "backup failed: " + failure;
      };
    }
  }
}
