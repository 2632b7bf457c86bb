// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.metrics;

import java.util.List;

/** Prometheus' text form, version 0.0.4. */
final class Exposition {
  private Exposition() {}

  static void head(StringBuilder text, String name, String help, String type) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  static void sample(
      StringBuilder text, String name, List<String> labels, List<String> values, double value) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append('{');
      for (int i = 0; i < labels.size(); i++) {
        text.append(i == 0 ? "" : ",").append(labels.get(i)).append("=\"");
        text.append(escaped(values.get(i))).append('"');
      }
      text.append('}');
    }
    text.append(' ').append(number(value)).append('\n');
  }

  /** Without a fraction where there is none, so that counts read as counts. */
  static String number(double value) {
    if (value == Double.POSITIVE_INFINITY) {
      return "+Inf";
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
