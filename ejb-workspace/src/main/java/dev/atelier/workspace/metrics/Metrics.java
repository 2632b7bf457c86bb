// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.metrics;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * Every figure of the manager by name. Names and labels follow Prometheus' conventions; a name is
 * registered once. The server's own registry is not used for these because its histograms count
 * what is in a decaying sample, not what happened.
 */
public final class Metrics {
  private final Map<String, Family> families = new ConcurrentSkipListMap<>();

  /** A figure that only grows. */
  public Counter counter(String name, String help, String... labels) {
    return register(name, new Counter(name, help, List.of(labels)));
  }

  /** How long something took, counted in seconds up to each of {@code bounds}. */
  public Histogram histogram(String name, String help, List<Duration> bounds, String... labels) {
    return register(name, new Histogram(name, help, bounds, List.of(labels)));
  }

  /** A figure that is read when it is asked for; {@code value} answers from memory. */
  public void gauge(String name, String help, DoubleSupplier value) {
    gauges(name, help, () -> Map.of(List.of(), value.getAsDouble()));
  }

  /** Like {@link #gauge}, a value by the values of {@code labels}. */
  public void gauges(
      String name, String help, Supplier<Map<List<String>, Double>> values, String... labels) {
    register(name, new Gauges(name, help, List.of(labels), values));
  }

  /** All of them in Prometheus' text form 0.0.4, ordered by name. */
  public String text() {
    StringBuilder text = new StringBuilder(16_384);
    families.values().forEach(family -> family.appendTo(text));
    return text.toString();
  }

  private <F extends Family> F register(String name, F family) {
    if (families.putIfAbsent(name, family) != null) {
      throw new IllegalStateException("metric " + name + " is registered already");
    }
    return family;
  }

  private record Gauges(
      String name, String help, List<String> labels, Supplier<Map<List<String>, Double>> values)
      implements Family {
    @Override
    public void appendTo(StringBuilder text) {
      Exposition.head(text, name, help, "gauge");
      values.get().forEach((at, value) -> Exposition.sample(text, name, labels, at, value));
    }
  }

  /** Figures of one name. */
  sealed interface Family permits Counter, Histogram, Gauges {
    void appendTo(StringBuilder text);
  }

  /** Checks that there is a value for each label. */
  static List<String> values(List<String> labels, String... values) {
    if (values.length != labels.size()) {
      throw new IllegalArgumentException(
          "labels are " + labels + ", values are " + Arrays.toString(values));
    }
    return List.of(values);
  }
}
