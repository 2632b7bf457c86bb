// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import java.util.List;

/**
 * What an archive has not, or not as it was at one moment.
 *
 * @param skipped sockets, devices and what lies on other file systems
 * @param changed files and folders that changed, shrank, grew or vanished while they were read
 * @param unreadable files and folders that could not be read; their content is missing
 * @param lines the first of them for people, at most 20 of at most 300 printable ASCII characters
 */
public record Notes(long skipped, long changed, long unreadable, List<String> lines) {
  static final int MOST_LINES = 20;
  static final int LINE_LENGTH = 300;

  /** Nothing to tell. */
  public static final Notes NONE = new Notes(0, 0, 0, List.of());

  /** Copies the lines. */
  public Notes {
    lines = List.copyOf(lines);
    if (skipped < 0 || changed < 0 || unreadable < 0 || lines.size() > MOST_LINES) {
      throw new IllegalArgumentException("notes out of bounds");
    }
    for (String line : lines) {
      if (line.isEmpty() || line.length() > LINE_LENGTH || !line.equals(printable(line))) {
        throw new IllegalArgumentException("not a line of notes");
      }
    }
  }

  static String printable(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.chars().forEach(c -> line.append(c >= ' ' && c < 127 ? (char) c : '?'));
    return line.toString();
  }
}
