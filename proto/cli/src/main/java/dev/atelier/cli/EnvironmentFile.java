// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import dev.atelier.proto.wsman.EnvironmentVariable;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Variables in a file, a line each, read as {@code docker run --env-file} reads them: spaces before
 * a line, empty lines and lines that begin with {@code #} count for nothing, and a value is all
 * that follows the first {@code =}, with its quotes, spaces and number signs. A byte order mark at
 * the beginning is no part of it.
 *
 * <p>What is wrong is told by file and line, never by what stands there: the file is for what
 * others must not see.
 */
final class EnvironmentFile {
  /** Names as Kubernetes has them. */
  private static final Pattern NAME = Pattern.compile("[-._a-zA-Z][-._a-zA-Z0-9]*");

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private EnvironmentFile() {}

  /**
   * The variables of a file, in its order.
   *
   * @param file its name, for what is told
   * @param text what it holds
   * @throws CommandFault naming file and line, if a line is none of the above
   */
  static List<EnvironmentVariable> variables(String file, String text) throws CommandFault {
    List<EnvironmentVariable> variables = new ArrayList<>();
    String[] lines =
        (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).split("\r?\n", -1);
    for (int i = 0; i < lines.length; i++) {
      String line = lines[i].stripLeading();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      int equals = line.indexOf('=');
      if (equals < 0) {
        throw fault(file, i, "is not NAME=VALUE, and a value cannot go on over several lines");
      }
      String name = line.substring(0, equals);
      if (!NAME.matcher(name).matches()) {
        throw fault(
            file,
            i,
            "what is before = is no name: letters, digits, '-', '_' and '.', no digit first, "
                + "and no space or 'export'");
      }
      variables.add(
          EnvironmentVariable.newBuilder()
              .setName(name)
              .setValue(line.substring(equals + 1))
              .build());
    }
    return variables;
  }

  private static CommandFault fault(String file, int index, String what) {
    return new CommandFault(Exit.USAGE, file + ":" + (index + 1) + ": " + what);
  }
}
