// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Durations as people say them. */
final class HumanDuration {
  private HumanDuration() {}

  /** The two largest units that are not zero, such as {@code 1 h 30 min}; tenths below 10 s. */
  static String of(Duration duration) {
    if (duration.compareTo(Duration.ofSeconds(10)) < 0) {
      long tenths = Math.round(duration.toMillis() / 100.0);
      return tenths % 10 == 0 ? tenths / 10 + " s" : tenths / 10 + "." + tenths % 10 + " s";
    }
    List<String> parts = new ArrayList<>();
    add(parts, duration.toDays(), "d");
    add(parts, duration.toHoursPart(), "h");
    add(parts, duration.toMinutesPart(), "min");
    add(parts, duration.toSecondsPart(), "s");
    return String.join(" ", parts.subList(0, Math.min(2, parts.size())));
  }

  private static void add(List<String> parts, long amount, String unit) {
    if (amount > 0) {
      parts.add(amount + " " + unit);
    }
  }
}
