// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console.chart;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A span of time that ends now, in equal parts.
 *
 * @param from its beginning
 * @param width of a part
 * @param count of parts, at least 1
 */
public record Buckets(Instant from, Duration width, int count) {

  /** The span of that many parts that ends at {@code now}. */
  public static Buckets until(Instant now, Duration width, int count) {
    return new Buckets(now.minus(width.multipliedBy(count)), width, count);
  }

  /** The part that a moment lies in; empty outside of the span. */
  public OptionalInt of(Instant at) {
    if (at.isBefore(from)) {
      return OptionalInt.empty();
    }
    long index = Duration.between(from, at).dividedBy(width);
    // The very end, and a clock that is a little ahead, belong to the last part.
    return index > count ? OptionalInt.empty() : OptionalInt.of((int) Math.min(index, count - 1));
  }

  /** When a part begins. */
  public Instant begin(int index) {
    return from.plus(width.multipliedBy(index));
  }

  /** When each part begins. */
  public List<Instant> begins() {
    List<Instant> begins = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      begins.add(begin(i));
    }
    return begins;
  }
}
