// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console.chart;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Two series of counts over time, the second in front of the first. Drawn in a box of 1000 by 100,
 * whose corner is at the top.
 *
 * @param bars in order of time
 * @param top what the upper edge means, at least 1
 * @param sum of the first series
 * @param otherSum of the second series
 */
public record Bars(List<Bar> bars, long top, long sum, long otherSum) {
  private static final double WIDTH = 1000;
  private static final double HEIGHT = 100;

  /** The part of a bar's place that is left free. */
  private static final double GAP = 0.28;

  /**
   * One bar.
   *
   * @param x of its left edge
   * @param width of it
   * @param y of the first series
   * @param height of the first series
   * @param otherY of the second series
   * @param otherHeight of the second series
   * @param at when its time begins, as RFC 3339
   * @param value of the first series
   * @param other of the second series
   */
  public record Bar(
      double x,
      double width,
      double y,
      double height,
      double otherY,
      double otherHeight,
      String at,
      long value,
      long other) {}

  /** Copies what was given. */
  public Bars {
    bars = List.copyOf(bars);
  }

  /** Draws counts, of which there is one of each series for each part of the span. */
  public static Bars of(List<Instant> begins, List<Long> values, List<Long> others) {
    long most = 1;
    long sum = 0;
    long otherSum = 0;
    for (int i = 0; i < values.size(); i++) {
      most = Math.max(most, Math.max(values.get(i), others.get(i)));
      sum += values.get(i);
      otherSum += others.get(i);
    }
    long top = Scale.above(most);
    double place = WIDTH / values.size();
    List<Bar> bars = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      double height = HEIGHT * values.get(i) / top;
      double otherHeight = HEIGHT * others.get(i) / top;
      bars.add(
          new Bar(
              Scale.rounded(i * place + place * GAP / 2),
              Scale.rounded(place * (1 - GAP)),
              Scale.rounded(HEIGHT - height),
              Scale.rounded(height),
              Scale.rounded(HEIGHT - otherHeight),
              Scale.rounded(otherHeight),
              begins.get(i).toString(),
              values.get(i),
              others.get(i)));
    }
    return new Bars(bars, top, sum, otherSum);
  }

  /** Whether there is anything to see. */
  public boolean any() {
    return sum + otherSum > 0;
  }
}
