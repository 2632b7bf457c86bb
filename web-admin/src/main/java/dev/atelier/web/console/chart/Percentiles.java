// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console.chart;

import dev.atelier.workspace.ledger.StartHistory.Took;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How long something took, over time: half of it, and nine tenths of it, took no longer. Drawn in a
 * box of 1000 by 100, whose corner is at the top.
 *
 * @param points in order of time, only those parts in which there was something
 * @param top what the upper edge means, in milliseconds, at least 1
 * @param p50 of the whole span, in milliseconds
 * @param p90 of the whole span, in milliseconds
 * @param p99 of the whole span, in milliseconds
 */
public record Percentiles(List<Point> points, long top, long p50, long p90, long p99) {
  private static final double WIDTH = 1000;
  private static final double HEIGHT = 100;

  /**
   * What there was in one part of the span.
   *
   * @param x of the middle
   * @param y50 of half of it
   * @param y90 of nine tenths of it
   * @param at when its time begins, as RFC 3339
   * @param p50 in milliseconds
   * @param p90 in milliseconds
   * @param count how many there were
   */
  public record Point(
      double x, double y50, double y90, String at, long p50, long p90, long count) {}

  /** Copies what was given. */
  public Percentiles {
    points = List.copyOf(points);
  }

  /** Draws what took how long, in each part of the span and in all. */
  public static Percentiles of(List<Instant> begins, List<Took> parts, Took all) {
    long top = Scale.above(Math.max(1, parts.stream().mapToLong(Took::p90).max().orElse(1)));
    double place = WIDTH / parts.size();
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Took part = parts.get(i);
      if (part.count() > 0) {
        points.add(
            new Point(
                Scale.rounded((i + 0.5) * place),
                Scale.rounded(HEIGHT - HEIGHT * part.p50() / top),
                Scale.rounded(HEIGHT - HEIGHT * part.p90() / top),
                begins.get(i).toString(),
                part.p50(),
                part.p90(),
                part.count()));
      }
    }
    return new Percentiles(points, top, all.p50(), all.p90(), all.p99());
  }

  /** Whether there is anything to see. */
  public boolean any() {
    return !points.isEmpty();
  }

  /** The corners of the line of halves. */
  public String line50() {
    StringBuilder line = new StringBuilder();
    points.forEach(point -> line.append(point.x()).append(',').append(point.y50()).append(' '));
    return line.toString().strip();
  }

  /** The corners of the line of nine tenths. */
  public String line90() {
    StringBuilder line = new StringBuilder();
    points.forEach(point -> line.append(point.x()).append(',').append(point.y90()).append(' '));
    return line.toString().strip();
  }

  /** Milliseconds as people say them. */
  public static String seconds(long millis) {
    return millis < 1_000
        ? millis + " ms"
        : String.format(Locale.ROOT, millis < 10_000 ? "%.1f s" : "%.0f s", millis / 1e3);
  }
}
