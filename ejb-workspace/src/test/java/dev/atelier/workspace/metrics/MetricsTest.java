// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private final Metrics metrics = new Metrics();

  @Test
  void expectedCountersAreToldAtZero() {
    metrics.counter("atelier_things_total", "Things.", "kind").expect("a");

    assertThat(metrics.text())
        .isEqualTo(
            """
            # HELP atelier_things_total Things.
            # TYPE atelier_things_total counter
            atelier_things_total{kind="a"} 0
            """);
  }

  @Test
  void aFigureWithoutLabelsIsToldAtZero() {
    metrics.counter("a_total", "A.").increment();
    metrics.histogram("b_seconds", "B.", List.of(Duration.ofMillis(500)));

    assertThat(metrics.text())
        .contains("a_total 1\n", "b_seconds_bucket{le=\"+Inf\"} 0\n", "b_seconds_count 0\n");
  }

  @Test
  void bucketsAreCumulativeAndInSeconds() {
    Histogram histogram =
        metrics.histogram(
            "took_seconds", "Took.", List.of(Duration.ofMillis(250), Duration.ofSeconds(1)), "x");
    histogram.observe(Duration.ofMillis(250), "y");
    histogram.observe(Duration.ofMillis(500), "y");
    histogram.observe(Duration.ofSeconds(3), "y");

    assertThat(metrics.text())
        .isEqualTo(
            """
            # HELP took_seconds Took.
            # TYPE took_seconds histogram
            took_seconds_bucket{x="y",le="0.25"} 1
            took_seconds_bucket{x="y",le="1"} 2
            took_seconds_bucket{x="y",le="+Inf"} 3
            took_seconds_sum{x="y"} 3.75
            took_seconds_count{x="y"} 3
            """);
  }

  @Test
  void aDurationBelowZeroCountsAsZero() {
    Histogram histogram = metrics.histogram("took_seconds", "Took.", List.of());
    histogram.observe(Duration.ofSeconds(-5));

    assertThat(metrics.text()).contains("took_seconds_sum 0\n", "took_seconds_count 1\n");
  }

  @Test
  void gaugesAreReadWhenAsked() {
    double[] value = {1};
    metrics.gauge("depth", "Depth.", () -> value[0]);
    value[0] = 2.5;

    assertThat(metrics.text()).contains("# TYPE depth gauge\ndepth 2.5\n");
  }

  @Test
  void labelValuesAreEscaped() {
    metrics.counter("odd_total", "Odd.", "x").increment("a\"b\\c\nd");

    assertThat(metrics.text()).contains("odd_total{x=\"a\\\"b\\\\c\\nd\"} 1\n");
  }

  @Test
  void aNameIsRegisteredOnce() {
    metrics.counter("a_total", "A.");

    assertThatThrownBy(() -> metrics.gauge("a_total", "A.", () -> 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void everyLabelNeedsAValue() {
    Counter counter = metrics.counter("a_total", "A.", "x", "y");

    assertThatThrownBy(() -> counter.increment("one")).isInstanceOf(IllegalArgumentException.class);
  }
}
