// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.egress;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The head of an HTTP message.
 *
 * @param startLine its first line
 * @param headers its other lines, as they came
 */
record HttpHead(String startLine, List<String> headers) {
  static final Charset CHARSET = StandardCharsets.ISO_8859_1;
  private static final int LIMIT = 64 * 1024;

  /**
   * Reads up to the empty line, and not a byte more.
   *
   * @param in byte by byte: with a buffer of its own
   */
  static HttpHead read(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream(1024);
    int ends = 0;
    while (ends < 2) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("no whole head");
      }
      if (b == '\n') {
        ends++;
      } else if (b != '\r') {
        ends = 0;
      }
      head.write(b);
      if (head.size() > LIMIT) {
        throw new IOException("the head is longer than " + LIMIT + " bytes");
      }
    }
    List<String> lines = head.toString(CHARSET).lines().toList();
    return new HttpHead(lines.get(0), lines.subList(1, lines.size() - 1));
  }

  /** The value of the first header of that name (in small letters); empty without. */
  String value(String name) {
    return headers.stream()
        .filter(line -> name(line).equals(name))
        .findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .orElse("");
  }

  /** The same with another first line, without some headers, and with one more unless empty. */
  byte[] with(String newStart, Set<String> dropped, String added) {
    StringBuilder head = new StringBuilder(newStart).append("\r\n");
    headers.stream()
        .filter(line -> !dropped.contains(name(line)))
        .forEach(line -> head.append(line).append("\r\n"));
    if (!added.isEmpty()) {
      head.append(added).append("\r\n");
    }
    return head.append("\r\n").toString().getBytes(CHARSET);
  }

  private static String name(String line) {
    int colon = line.indexOf(':');
    return (colon < 0 ? line : line.substring(0, colon)).strip().toLowerCase(Locale.ROOT);
  }
}
