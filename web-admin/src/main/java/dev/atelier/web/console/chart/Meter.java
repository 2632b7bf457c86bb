// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console.chart;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * One bar of several that lie beside each other.
 *
 * @param label what it is
 * @param value how much
 * @param share of the longest, in percent, 0 to 100
 */
public record Meter(String label, long value, double share) {

  /** The greatest few, in that order. */
  public static List<Meter> greatest(Map<String, Long> values, int most) {
    long longest = values.values().stream().mapToLong(Long::longValue).max().orElse(1);
    return values.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(most)
        .map(entry -> of(entry.getKey(), entry.getValue(), longest))
        .toList();
  }

  /** All of them in the order of the map. */
  public static List<Meter> all(Map<String, Long> values) {
    long longest = values.values().stream().mapToLong(Long::longValue).max().orElse(1);
    List<Meter> meters = new ArrayList<>();
    values.forEach((label, value) -> meters.add(of(label, value, longest)));
    return List.copyOf(meters);
  }

  private static Meter of(String label, long value, long longest) {
    return new Meter(label, value, Scale.rounded(100.0 * value / Math.max(1, longest)));
  }
}
