// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.metrics;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** A figure that only grows, one for each combination of label values that was named. */
public final class Counter implements Metrics.Family {
  /** By text, so that what is told is in the same order every time. */
  static final Comparator<List<String>> ORDER = Comparator.comparing(Object::toString);

  private final String name;
  private final String help;
  private final List<String> labels;
  private final Map<List<String>, LongAdder> counts = new ConcurrentSkipListMap<>(ORDER);

  Counter(String name, String help, List<String> labels) {
    this.name = name;
    this.help = help;
    this.labels = labels;
    if (labels.isEmpty()) {
      counts.put(List.of(), new LongAdder());
    }
  }

  /** Tells of this combination from now on, at zero. */
  public void expect(String... values) {
    at(values);
  }

  /** One more. The caller sees to it that there are few combinations. */
  public void increment(String... values) {
    at(values).increment();
  }

  /** How many there were. */
  public long count(String... values) {
    return at(values).sum();
  }

  private LongAdder at(String... values) {
    return counts.computeIfAbsent(Metrics.values(labels, values), key -> new LongAdder());
  }

  @Override
  public void appendTo(StringBuilder text) {
    Exposition.head(text, name, help, "counter");
    counts.forEach((at, count) -> Exposition.sample(text, name, labels, at, (double) count.sum()));
  }
}
