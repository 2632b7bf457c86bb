// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.Workspace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** What happened, for people: kept only when a seed is replayed, and then its last part. */
@SuppressWarnings("AnnotateFormatMethod") // whose annotation is not on the test class path
final class Story {
  private static final int LONGEST = 4_000;

  private final boolean wanted;
  private final Deque<String> lines = new ArrayDeque<>();

  Story(boolean wanted) {
    this.wanted = wanted;
  }

  boolean wanted() {
    return wanted;
  }

  void add(Instant now, int depth, String what, Object... about) {
    if (lines.size() == LONGEST) {
      lines.removeFirst();
    }
    long millis = Duration.between(World.BEGINNING, now).toMillis();
    lines.add(
        "%3d:%02d:%02d.%03d %s%s"
            .formatted(
                millis / 3_600_000,
                millis / 60_000 % 60,
                millis / 1_000 % 60,
                millis % 1_000,
                "  ".repeat(Math.max(0, depth - 1)),
                what.formatted(about)));
  }

  /** What is worth telling of a change. */
  static String of(Workspace before, Workspace after) {
    StringBuilder text = new StringBuilder();
    text.append(after.phase()).append(" v").append(after.version());
    if (!after.controls().equals(before.controls())) {
      text.append(' ').append(after.controls());
    }
    if (!after.status().conditions().equals(before.status().conditions())) {
      text.append(' ').append(after.status().conditions());
    }
    if (!after.status().progress().equals(before.status().progress())) {
      text.append(' ').append(after.status().progress());
    }
    return text.toString().replace("Optional.empty", "-").replace("Optional", "");
  }

  String text() {
    return String.join("\n", lines);
  }
}
