// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.SandboxPrograms.Sink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Keeps the beginning of what a program writes and lets the rest pass. */
final class ProgramOutput implements Sink {
  private final int limit;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

  ProgramOutput(int limit) {
    this.limit = limit;
  }

  @Override
  public void readFrom(InputStream output) throws IOException {
    byte[] buffer = new byte[8192];
    for (int n = output.read(buffer); n >= 0; n = output.read(buffer)) {
      kept.write(buffer, 0, Math.min(n, limit - kept.size()));
    }
  }

  /** What was kept; bytes that are not UTF-8 are replaced. */
  String text() {
    return kept.toString(StandardCharsets.UTF_8);
  }
}
