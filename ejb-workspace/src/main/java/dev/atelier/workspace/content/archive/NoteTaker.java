// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import dev.atelier.workspace.content.SandboxPrograms.Sink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/** Makes notes of what tar says, in the words of the C locale; keeps its last words. */
final class NoteTaker implements Sink {
  private static final int LINE_LENGTH = 4096;
  private static final int LAST_LINES = 5;
  private static final Pattern SKIPPED =
      Pattern.compile("socket ignored|file is on a different filesystem|Unknown file type");
  private static final Pattern CHANGED =
      Pattern.compile(
          "file changed as we read it|File removed before we read it|File shrank by|"
              + "Cannot (stat|open|readlink): No such file or directory|"
              + "directory has been renamed|File .* vanished");
  private static final Pattern UNREADABLE =
      Pattern.compile(
          "Cannot (open|stat|read|readlink|savedir|close)|Read error at|"
              + "[Pp]ermission denied|llistxattr|lgetxattr");

  private final List<String> lines = new ArrayList<>();
  private final Deque<String> last = new ArrayDeque<>();
  private long skipped;
  private long changed;
  private long unreadable;

  @Override
  public void readFrom(InputStream output) throws IOException {
    byte[] buffer = new byte[8192];
    byte[] line = new byte[LINE_LENGTH];
    int length = 0;
    for (int n = output.read(buffer); n >= 0; n = output.read(buffer)) {
      for (int i = 0; i < n; i++) {
        if (buffer[i] == '\n') {
          take(line, length);
          length = 0;
        } else {
          if (length == LINE_LENGTH) {
            // What happened stands at the end, behind the name.
            System.arraycopy(line, LINE_LENGTH / 2, line, 0, LINE_LENGTH / 2);
            length = LINE_LENGTH / 2;
          }
          line[length++] = buffer[i];
        }
      }
    }
    take(line, length);
  }

  private synchronized void take(byte[] bytes, int length) {
    String text = Notes.printable(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
    if (text.isBlank()) {
      return;
    }
    String line = shortened(text.startsWith("tar: ") ? text.substring(5) : text);
    last.addLast(line);
    if (last.size() > LAST_LINES) {
      last.removeFirst();
    }
    if (SKIPPED.matcher(line).find()) {
      skipped++;
    } else if (CHANGED.matcher(line).find()) {
      changed++;
    } else if (UNREADABLE.matcher(line).find()) {
      unreadable++;
    } else {
      return;
    }
    if (lines.size() < Notes.MOST_LINES) {
      lines.add(line);
    }
  }

  private static String shortened(String line) {
    int half = (Notes.LINE_LENGTH - 3) / 2;
    return line.length() <= Notes.LINE_LENGTH
        ? line
        : line.substring(0, half) + "..." + line.substring(line.length() - half);
  }

  /**
   * What was said.
   *
   * @param devices that were left out without a word
   */
  synchronized Notes notes(long devices) {
    List<String> all = new ArrayList<>(lines);
    if (devices > 0 && all.size() < Notes.MOST_LINES) {
      all.add("devices were left out: " + devices);
    }
    return new Notes(skipped + devices, changed, unreadable, all);
  }

  /** The last lines, at most 1,500 characters. */
  synchronized String lastWords() {
    return String.join("; ", last);
  }
}
