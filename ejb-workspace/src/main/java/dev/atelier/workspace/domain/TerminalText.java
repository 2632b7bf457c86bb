// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What programs write for a terminal, as text: without colours and other escape sequences (ECMA-48)
 * and control characters. One that is begun in one part and ended in the next is left out whole. A
 * thread at a time.
 */
public final class TerminalText {
  private static final char ESCAPE = '\u001b';
  private static final char BELL = '\u0007';

  /** What the next character belongs to. */
  private enum State {
    TEXT,
    /** An escape has come. */
    ESCAPED,
    /** A sequence that one character ends, after those that choose what it means. */
    CHOOSING,
    /** Parameters, which a letter ends. */
    PARAMETERS,
    /** A title or the like, which a bell or an escape ends. */
    STRING
  }

  private State state = State.TEXT;

  /**
   * A whole text, each line as it stood there last: what a carriage return went back before is left
   * out when something was written over it. Lines end with a line feed alone.
   */
  public static String plain(String text) {
    String told = new TerminalText().next(text);
    return Arrays.stream(told.split("\n", -1))
        .map(TerminalText::lastWritten)
        .collect(Collectors.joining("\n"));
  }

  /** The last characters of a text, at most {@code most}; never half of one. */
  public static String end(String text, int most) {
    int from = Math.max(0, text.length() - most);
    boolean half = from > 0 && from < text.length() && Character.isLowSurrogate(text.charAt(from));
    return text.substring(half ? from + 1 : from);
  }

  private static String lastWritten(String line) {
    int end = line.length();
    while (end > 0 && line.charAt(end - 1) == '\r') {
      end--;
    }
    return line.substring(line.lastIndexOf('\r', end - 1) + 1, end);
  }

  /** The next part; line feeds, tabs and carriage returns stay. */
  public String next(String part) {
    StringBuilder text = new StringBuilder(part.length());
    for (int i = 0; i < part.length(); i++) {
      take(part.charAt(i), text);
    }
    return text.toString();
  }

  private void take(char c, StringBuilder text) {
    if (c == '\n') {
      // Whatever was begun and never ended must not swallow all that follows.
      state = State.TEXT;
      text.append(c);
      return;
    }
    state =
        switch (state) {
          case TEXT -> begun(c, text);
          case ESCAPED -> escaped(c, text);
          case CHOOSING -> c >= 0x20 && c <= 0x2f ? State.CHOOSING : ended(c, 0x30, text);
          case PARAMETERS -> c >= 0x20 && c <= 0x3f ? State.PARAMETERS : ended(c, 0x40, text);
          case STRING -> string(c);
        };
  }

  private static State begun(char c, StringBuilder text) {
    return switch (c) {
      case ESCAPE -> State.ESCAPED;
      case '\u009b' -> State.PARAMETERS;
      case '\u0090', '\u0098', '\u009d', '\u009e', '\u009f' -> State.STRING;
      default -> {
        if (c == '\t' || c == '\r' || !Character.isISOControl(c)) {
          text.append(c);
        }
        yield State.TEXT;
      }
    };
  }

  private static State escaped(char c, StringBuilder text) {
    return switch (c) {
      case '[' -> State.PARAMETERS;
      case ']', 'P', 'X', '^', '_' -> State.STRING;
      default -> c >= 0x20 && c <= 0x2f ? State.CHOOSING : ended(c, 0x30, text);
    };
  }

  /** The last one of a sequence, from {@code first} on; anything else ends what was none. */
  private static State ended(char c, int first, StringBuilder text) {
    return c >= first && c <= 0x7e ? State.TEXT : begun(c, text);
  }

  private static State string(char c) {
    return switch (c) {
      case BELL, '\u009c' -> State.TEXT;
      case ESCAPE -> State.ESCAPED;
      default -> State.STRING;
    };
  }
}
