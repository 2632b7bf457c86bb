// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.SandboxPrograms.Sink;
import dev.atelier.workspace.domain.TerminalText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Follows what a program says of its work: hands its progress on and keeps its last words. */
final class LastWords implements Sink {
  private static final int LIMIT = 1_000;
  private static final int LINE_LIMIT = 4_096;
  private static final Pattern PROGRESS =
      Pattern.compile("(remote: )?[A-Z][A-Za-z -]+: +(\\d+%|\\d+, done|\\d+$).*");

  private final Scrubber scrubber;
  private final Consumer<String> progress;
  private final Deque<String> lines = new ArrayDeque<>();
  private int size;

  LastWords(Scrubber scrubber, Consumer<String> progress) {
    this.scrubber = scrubber;
    this.progress = progress;
  }

  @Override
  public void readFrom(InputStream output) throws IOException {
    byte[] buffer = new byte[8192];
    byte[] line = new byte[LINE_LIMIT];
    int length = 0;
    for (int n = output.read(buffer); n >= 0; n = output.read(buffer)) {
      for (int i = 0; i < n; i++) {
        if (buffer[i] == '\n' || buffer[i] == '\r') {
          take(line, length);
          length = 0;
        } else if (length < LINE_LIMIT) {
          line[length++] = buffer[i];
        }
      }
    }
    take(line, length);
  }

  private synchronized void take(byte[] bytes, int length) {
    if (length == LINE_LIMIT) {
      // A cut could leave half of a secret, which nothing would recognize.
      return;
    }
    String said = TerminalText.plain(new String(bytes, 0, length, StandardCharsets.UTF_8));
    String line = scrubber.scrub(said).replaceAll("\\p{Cntrl}", " ").strip();
    if (line.isEmpty()) {
      return;
    }
    if (PROGRESS.matcher(line).matches()) {
      progress.accept(line.startsWith("remote: ") ? line.substring(8) : line);
      return;
    }
    lines.addLast(line);
    size += line.length() + 1;
    while (size > LIMIT && lines.size() > 1) {
      size -= lines.removeFirst().length() + 1;
    }
  }

  /** The last lines that were no progress, at most 1,000 characters. */
  synchronized String text() {
    return TerminalText.end(String.join("\n", lines), LIMIT);
  }
}
