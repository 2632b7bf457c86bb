// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.script;

import java.util.List;
import java.util.stream.Collectors;

/** Words for a POSIX shell. */
public final class Shell {
  private Shell() {}

  /** One word that means exactly this text, whatever is in it. */
  public static String quoted(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a zero byte cannot be handed to a program");
    }
    return "'" + text.replace("'", "'\\''") + "'";
  }

  /** A command of these words. */
  public static String command(List<String> words) {
    return words.stream().map(Shell::quoted).collect(Collectors.joining(" "));
  }
}
