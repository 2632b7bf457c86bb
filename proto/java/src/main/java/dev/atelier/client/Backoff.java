// SPDX-License-Identifier: Apache-2.0
package dev.atelier.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Pauses between tries to connect: they double, up to a limit, each shortened at random. */
final class Backoff {
  static final Duration SHORTEST = Duration.ofMillis(100);
  static final Duration LONGEST = Duration.ofSeconds(5);

  /** A stream that lasted as long was a good connection: the pauses start over. */
  static final Duration GOOD = Duration.ofSeconds(5);

  private final RandomGenerator random;
  private Duration next = SHORTEST;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** The pause after a stream that lasted {@code lasted}. */
  Duration after(Duration lasted) {
    if (lasted.compareTo(GOOD) >= 0) {
      next = SHORTEST;
    }
    Duration whole = next;
    next = whole.multipliedBy(2).compareTo(LONGEST) < 0 ? whole.multipliedBy(2) : LONGEST;
    return whole.minusNanos(random.nextLong(whole.toNanos() / 2 + 1));
  }
}
