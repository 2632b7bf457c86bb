// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.metrics;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** How often something took how long, one for each combination of label values that was named. */
public final class Histogram implements Metrics.Family {
  private static final double NANOS = 1e9;

  private final String name;
  private final String help;
  private final long[] bounds;
  private final List<String> labels;
  private final List<String> bucketLabels;
  private final Map<List<String>, Series> series = new ConcurrentSkipListMap<>(Counter.ORDER);

  Histogram(String name, String help, List<Duration> bounds, List<String> labels) {
    this.name = name;
    this.help = help;
    this.bounds = bounds.stream().mapToLong(Duration::toNanos).sorted().toArray();
    this.labels = labels;
    this.bucketLabels = Stream.concat(labels.stream(), Stream.of("le")).toList();
    if (labels.isEmpty()) {
      at();
    }
  }

  /** Tells of this combination from now on, at zero. */
  public void expect(String... values) {
    at(values);
  }

  /** It took {@code duration} once more; a negative one, after the clock was set, counts as 0. */
  public void observe(Duration duration, String... values) {
    Series at = at(values);
    long nanos = Math.max(0, duration.toNanos());
    int bucket = 0;
    while (bucket < bounds.length && nanos > bounds[bucket]) {
      bucket++;
    }
    at.sum.add(nanos);
    at.buckets.get(bucket).increment();
  }

  /** How often it was observed. */
  public long count(String... values) {
    return at(values).buckets.stream().mapToLong(LongAdder::sum).sum();
  }

  private Series at(String... values) {
    return series.computeIfAbsent(
        Metrics.values(labels, values), key -> Series.of(bounds.length + 1));
  }

  @Override
  public void appendTo(StringBuilder text) {
    Exposition.head(text, name, help, "histogram");
    series.forEach((at, figures) -> appendTo(text, at, figures));
  }

  private void appendTo(StringBuilder text, List<String> at, Series figures) {
    long count = 0;
    for (int i = 0; i <= bounds.length; i++) {
      count += figures.buckets.get(i).sum();
      double bound = i < bounds.length ? bounds[i] / NANOS : Double.POSITIVE_INFINITY;
      List<String> values =
          Stream.concat(at.stream(), Stream.of(Exposition.number(bound))).toList();
      Exposition.sample(text, name + "_bucket", bucketLabels, values, (double) count);
    }
    Exposition.sample(text, name + "_sum", labels, at, figures.sum.sum() / NANOS);
    Exposition.sample(text, name + "_count", labels, at, (double) count);
  }

  /** The last bucket holds what is above every bound. */
  private record Series(LongAdder sum, List<LongAdder> buckets) {
    static Series of(int buckets) {
      return new Series(new LongAdder(), Stream.generate(LongAdder::new).limit(buckets).toList());
    }
  }
}
