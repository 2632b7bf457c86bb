// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.SandboxPrograms.Sink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Cuts what a program writes into records, each in bounded memory: the rest of a long one is lost.
 */
final class Records implements Sink {
  private final byte separator;
  private final int limit;
  private final Charset charset;
  private final Taker taker;

  /** Takes records, one by one. */
  @FunctionalInterface
  interface Taker {
    void take(String entry);
  }

  Records(byte separator, int limit, Taker taker) {
    this(separator, limit, StandardCharsets.UTF_8, taker);
  }

  /** Of another character set: in ISO 8859-1 each byte is a character. */
  Records(byte separator, int limit, Charset charset, Taker taker) {
    this.separator = separator;
    this.limit = limit;
    this.charset = charset;
    this.taker = taker;
  }

  @Override
  public void readFrom(InputStream output) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    byte[] entry = new byte[limit];
    int length = 0;
    for (int n = output.read(buffer); n >= 0; n = output.read(buffer)) {
      for (int i = 0; i < n; i++) {
        if (buffer[i] == separator) {
          taker.take(new String(entry, 0, length, charset));
          length = 0;
        } else if (length < limit) {
          entry[length++] = buffer[i];
        }
      }
    }
  }
}
