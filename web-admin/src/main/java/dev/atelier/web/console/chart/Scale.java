// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console.chart;

/** Numbers as axes have them. */
final class Scale {
  private Scale() {}

  /** The next of 1, 2, 4, 5, 10, 20, 40, 50 and so on that is not below {@code most}. */
  static long above(long most) {
    for (long ten = 1; ; ten *= 10) {
      for (long step : new long[] {1, 2, 4, 5}) {
        if (step * ten >= most) {
          return step * ten;
        }
      }
    }
  }

  /** To a hundredth. */
  static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
