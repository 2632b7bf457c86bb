// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a backup among those of its workspace. Since a workspace has one active instance at a
 * time, the order of names is the order in time: instances by their creation, and of one instance
 * the live backups by number, then the final one.
 *
 * @param createdAt when the instance was created, in whole milliseconds
 * @param instanceId of which it is a backup
 * @param live number of a live backup, not negative; empty: the final one
 */
public record BackupName(Instant createdAt, String instanceId, OptionalInt live)
    implements Comparable<BackupName> {
  private static final Pattern TEXT =
      Pattern.compile("(\\d{15})-(.{1,63})-(?:final|live-(\\d{10}))");
  private static final long MOST_MILLIS = 999_999_999_999_999L;
  private static final Comparator<BackupName> IN_TIME =
      Comparator.comparing(BackupName::createdAt)
          .thenComparing(BackupName::instanceId)
          .thenComparing(name -> name.live.isEmpty())
          .thenComparing(name -> name.live.orElse(0));

  /**
   * Refuses what cannot stand in a name.
   *
   * @throws IllegalArgumentException the id is not safe as a label, or a number is out of bounds
   */
  public BackupName {
    WorkspaceKey.require(instanceId);
    createdAt = Instant.ofEpochMilli(createdAt.toEpochMilli());
    if (createdAt.toEpochMilli() < 0 || createdAt.toEpochMilli() > MOST_MILLIS) {
      throw new IllegalArgumentException("created before or after all time");
    }
    if (live.orElse(0) < 0) {
      throw new IllegalArgumentException("numbers of live backups are not negative");
    }
  }

  /** Of the final backup. */
  public static BackupName last(String instanceId, Instant createdAt) {
    return new BackupName(createdAt, instanceId, OptionalInt.empty());
  }

  /** Of a live backup. */
  public static BackupName live(String instanceId, Instant createdAt, int number) {
    return new BackupName(createdAt, instanceId, OptionalInt.of(number));
  }

  /** The name in a text; empty when it is none. */
  public static Optional<BackupName> parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches() || !WorkspaceKey.isLabel(parts.group(2))) {
      return Optional.empty();
    }
    try {
      Instant createdAt = Instant.ofEpochMilli(Long.parseLong(parts.group(1)));
      BackupName name =
          parts.group(3) == null
              ? last(parts.group(2), createdAt)
              : live(parts.group(2), createdAt, Integer.parseInt(parts.group(3)));
      return Optional.of(name);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Whether it is of an instance that has ended. */
  public boolean isFinal() {
    return live.isEmpty();
  }

  /** What clients are told: for display and audit, and nothing that a snapshot could be. */
  public String url(WorkspaceKey key) {
    return "atelier-backup:" + key + "/" + this;
  }

  @Override
  public int compareTo(BackupName other) {
    return IN_TIME.compare(this, other);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    String kind = live.isEmpty() ? "final" : "live-%010d".formatted(live.getAsInt());
    return "%015d-%s-%s".formatted(createdAt.toEpochMilli(), instanceId, kind);
  }
}
