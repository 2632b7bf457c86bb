// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.domain.TerminalText;
import java.util.ArrayList;
import java.util.List;

/**
 * What an initialization has to tell as long as its instance lives: lines without control
 * characters, at most {@value #MOST} of them, the last one then saying how many more there were. A
 * thread at a time.
 */
final class ContentNotes {
  private static final int MOST = 8;
  private static final int LONGEST = 300;

  private final List<String> lines = new ArrayList<>();

  /** Adds one; a line that is there already is not told twice. */
  void add(String line) {
    String plain = TerminalText.plain(line).replaceAll("\\p{Cntrl}+", " ").strip();
    String cut = plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST - 1) + "…";
    if (!lines.contains(cut)) {
      lines.add(cut);
    }
  }

  /** How many there are. */
  int size() {
    return lines.size();
  }

  /** Takes back those that came after the first {@code size}. */
  void takeBack(int size) {
    lines.subList(size, lines.size()).clear();
  }

  /** The first ones, in order. */
  List<String> lines() {
    if (lines.size() <= MOST) {
      return List.copyOf(lines);
    }
    List<String> first = new ArrayList<>(lines.subList(0, MOST - 1));
    first.add("and " + (lines.size() - first.size()) + " more");
    return List.copyOf(first);
  }
}
