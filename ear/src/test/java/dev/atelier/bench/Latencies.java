// SPDX-License-Identifier: Apache-2.0
package dev.atelier.bench;

import java.time.Duration;
import java.util.Collection;

/** Times of many events. */
final class Latencies {
  /** Sorted. */
  private final long[] nanos;

  private Latencies(long[] nanos) {
    this.nanos = nanos;
  }

  static Latencies of(Collection<Long> nanos) {
    return new Latencies(nanos.stream().mapToLong(Long::longValue).sorted().toArray());
  }

  /** The smallest time that {@code percent} of all do not exceed; zero when there are none. */
  Duration percentile(double percent) {
    if (nanos.length == 0) {
      return Duration.ZERO;
    }
    int rank = (int) Math.ceil(percent / 100 * nanos.length);
    return Duration.ofNanos(nanos[Math.max(0, rank - 1)]);
  }

  @Override
  public String toString() {
    return "p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms (n=%d)"
        .formatted(millis(50), millis(90), millis(99), millis(100), nanos.length);
  }

  private double millis(double percent) {
    return percentile(percent).toNanos() / 1e6;
  }
}
