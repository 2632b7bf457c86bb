// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the initialization of content cost.
 *
 * @param steps one entry for each kind of step that ran; steps of a kind add up; {@code COMPOSITE}
 *     and {@code PREBUILD} hold the whole of what is nested in them
 */
public record InitializerMetrics(Map<Kind, Metric> steps) {
  /** Nothing ran. */
  public static final InitializerMetrics NONE = new InitializerMetrics(Map.of());

  /** Copies what was given. */
  public InitializerMetrics {
    steps = Map.copyOf(steps);
  }

  /** The kinds of step. */
  public enum Kind {
    /** A git clone. */
    GIT,
    /** Downloaded files. */
    FILE_DOWNLOAD,
    /** An unpacked snapshot. */
    SNAPSHOT,
    /** An unpacked backup. */
    BACKUP,
    /** A prebuild, whole. */
    PREBUILD,
    /** Several initializers, whole. */
    COMPOSITE
  }

  /**
   * Cost of one kind of step.
   *
   * @param duration how long it took
   * @param size bytes that it added; not negative
   */
  public record Metric(Duration duration, long size) {
    /** Both together. */
    public Metric plus(Metric other) {
      return new Metric(duration.plus(other.duration), size + other.size);
    }
  }

  /** These with one step more. */
  public InitializerMetrics plus(Kind kind, Metric metric) {
    Map<Kind, Metric> sum = new EnumMap<>(Kind.class);
    sum.putAll(steps);
    sum.merge(kind, metric, Metric::plus);
    return new InitializerMetrics(sum);
  }
}
