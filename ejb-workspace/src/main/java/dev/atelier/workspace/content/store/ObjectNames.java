// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.util.regex.Pattern;

/** What may be the name of an object: text that is safe as a path and as an S3 key. */
final class ObjectNames {
  private static final int LONGEST = 512;

  /** As file systems have it. */
  private static final int LONGEST_SEGMENT = 255;

  private static final Pattern SEGMENT =
      Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1," + LONGEST_SEGMENT + "}");

  private ObjectNames() {}

  /**
   * The name itself.
   *
   * @throws IllegalArgumentException it is none
   */
  static String name(String name) {
    if (!valid(name)) {
      throw new IllegalArgumentException("not the name of an object: " + name);
    }
    return name;
  }

  /** Whether it is the name of an object. */
  static boolean valid(String name) {
    boolean valid = name.length() <= LONGEST;
    for (String segment : name.split("/", -1)) {
      valid &= SEGMENT.matcher(segment).matches();
    }
    return valid;
  }

  /**
   * The beginning of names itself.
   *
   * @throws IllegalArgumentException no name can begin so
   */
  static String prefix(String prefix) {
    if (!validPrefix(prefix)) {
      throw new IllegalArgumentException("not the beginning of names: " + prefix);
    }
    return prefix;
  }

  /** Whether names of objects can begin so. */
  static boolean validPrefix(String prefix) {
    // Completed to a name by the shortest segment, unless the longest is reached already.
    return valid(prefix.length() < LONGEST ? prefix + "x" : prefix);
  }
}
