// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.ledger.StartHistory.Took;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChartsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final Buckets HOURS = Buckets.until(NOW, Duration.ofHours(1), 3);

  @ParameterizedTest
  @CsvSource({
    "2026-03-01T06:59:59Z,-1",
    "2026-03-01T07:00:00Z,0",
    "2026-03-01T08:59:59Z,1",
    "2026-03-01T10:00:00Z,2",
    "2026-03-01T10:00:01Z,2",
    "2026-03-01T12:00:00Z,-1"
  })
  void aMomentLiesInOnePart(Instant at, int part) {
    assertThat(HOURS.of(at)).isEqualTo(part < 0 ? OptionalInt.empty() : OptionalInt.of(part));
  }

  @Test
  void barsStandOnTheGround() {
    Bars bars = Bars.of(HOURS.begins(), List.of(4L, 0L, 3L), List.of(1L, 0L, 0L));

    assertThat(bars.top()).isEqualTo(4);
    assertThat(bars.sum()).isEqualTo(7);
    assertThat(bars.otherSum()).isEqualTo(1);
    assertThat(bars.bars().get(0).height()).isEqualTo(100);
    assertThat(bars.bars().get(0).otherY()).isEqualTo(75);
    assertThat(bars.bars()).allSatisfy(bar -> assertThat(bar.y() + bar.height()).isEqualTo(100));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,2", "3,4", "5,5", "6,10", "11,20", "41,50", "4001,5000"})
  void axesEndAtRoundNumbers(long most, long top) {
    assertThat(Scale.above(most)).isEqualTo(top);
  }

  @Test
  void percentilesAreThoseOfWhatThereWas() {
    Took ten = new Took(10, 5_000, 9_000, 10_000);
    Percentiles percentiles =
        Percentiles.of(HOURS.begins(), List.of(ten, Took.NONE, Took.NONE), ten);

    assertThat(percentiles.p50()).isEqualTo(5_000);
    assertThat(percentiles.p90()).isEqualTo(9_000);
    assertThat(percentiles.p99()).isEqualTo(10_000);
    assertThat(percentiles.points()).hasSize(1);
    assertThat(percentiles.line50()).isEqualTo("166.67,50.0");
  }

  @Test
  void nothingIsDrawnOfNothing() {
    assertThat(Percentiles.of(List.of(), List.of(), Took.NONE).any()).isFalse();
    assertThat(Bars.of(List.of(), List.of(), List.of()).any()).isFalse();
  }

  @Test
  void theGreatestComeFirst() {
    assertThat(Meter.greatest(Map.of("a", 1L, "b", 4L, "c", 2L), 2))
        .containsExactly(new Meter("b", 4, 100), new Meter("c", 2, 50));
  }
}
