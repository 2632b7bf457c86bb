// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import java.io.IOException;

/** Writes comma-separated values as RFC 4180 says. */
public final class Csv {
  private final Appendable out;

  /** Writes there. */
  public Csv(Appendable out) {
    this.out = out;
  }

  /** One row. */
  public void row(Object... values) throws IOException {
    String comma = "";
    for (Object value : values) {
      out.append(comma).append(field(String.valueOf(value)));
      comma = ",";
    }
    out.append("\r\n");
  }

  /** Spreadsheets take what begins so for a formula: a client chose the text. */
  private static String field(String value) {
    boolean formula = !value.isEmpty() && "=+-@\t".indexOf(value.charAt(0)) >= 0;
    String text = formula && !value.matches("-?[0-9.E+-]+") ? "'" + value : value;
    return text.matches("(?s).*[\",\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}
