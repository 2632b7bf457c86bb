// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The opaque name of a snapshot, as clients keep it.
 *
 * @param id 128 random bits in 32 lower-case hexadecimal digits
 */
public record SnapshotUrl(String id) {
  private static final String SCHEME = "atelier-snapshot:";
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern URL = Pattern.compile(SCHEME + "(" + ID + ")");

  /**
   * Refuses what is no id.
   *
   * @throws IllegalArgumentException the id is not 32 lower-case hexadecimal digits
   */
  public SnapshotUrl {
    if (!isId(id)) {
      throw new IllegalArgumentException("no id of a snapshot");
    }
  }

  /** Whether it can be the id of a snapshot. */
  public static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /** The snapshot that a client names; empty when it is no name of one. */
  public static Optional<SnapshotUrl> parse(String url) {
    Matcher matcher = URL.matcher(url);
    return matcher.matches() ? Optional.of(new SnapshotUrl(matcher.group(1))) : Optional.empty();
  }

  /** As clients see it. */
  @Override
  public String toString() {
    return SCHEME + id;
  }
}
