// SPDX-License-Identifier: Apache-2.0
package dev.atelier.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff backoff = new Backoff(new Random(1));

  @Test
  void pausesDoubleUpToTheLongest() {
    long[] whole = {100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000};

    IntStream.range(0, whole.length)
        .forEach(
            i ->
                assertThat(backoff.after(Duration.ZERO))
                    .isBetween(Duration.ofMillis(whole[i] / 2), Duration.ofMillis(whole[i])));
  }

  @Test
  void goodConnectionStartsThemOver() {
    for (int i = 0; i < 8; i++) {
      backoff.after(Duration.ZERO);
    }

    assertThat(backoff.after(Backoff.GOOD)).isLessThanOrEqualTo(Backoff.SHORTEST);
  }
}
