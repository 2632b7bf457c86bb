// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes and lists folders by a program that can name every file, unlike Java. */
final class Trees {
  private static final Path SCRIPT = Path.of("src/test/resources/archive/tree.py").toAbsolutePath();

  private static final Path HOSTILE = SCRIPT.resolveSibling("hostile.py");

  private Trees() {}

  /** Whether there is Python; says what is left out without it. */
  static boolean python(String what) throws Exception {
    boolean there = !run("sh", "-c", "command -v python3 || true").isEmpty();
    if (!there) {
      System.out.println("left out, for python3 is missing: " + what);
    }
    return there;
  }

  /** Writes an archive of each kind that must be refused. */
  static void hostile(Path folder) throws Exception {
    run("python3", HOSTILE.toString(), folder.toString());
  }

  static void make(long seed, Path folder, int entries) throws Exception {
    run("python3", SCRIPT.toString(), "make", "" + seed, folder.toString(), "" + entries);
  }

  static String list(Path folder) throws Exception {
    return run("python3", SCRIPT.toString(), "list", folder.toString());
  }

  /** Lines of one list that the other has not. */
  static List<String> difference(String before, String after) {
    List<String> lost = new ArrayList<>(before.lines().map(line -> "- " + line).toList());
    lost.removeAll(after.lines().map(line -> "- " + line).toList());
    List<String> more = new ArrayList<>(after.lines().map(line -> "+ " + line).toList());
    more.removeAll(before.lines().map(line -> "+ " + line).toList());
    lost.addAll(more);
    return lost;
  }

  /** Runs a shell script in a folder. */
  static String shell(Path folder, String script) throws Exception {
    return run("sh", "-ec", "cd '" + folder + "'\n" + script);
  }

  private static String run(String... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(command));
    Path output = Files.createTempFile("tree", ".txt");
    try {
      Process process =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      String text;
      int code = process.waitFor();
      text = Files.readString(output, StandardCharsets.ISO_8859_1);
      if (code != 0) {
        throw new IOException(command[0] + " ended with " + code + ": " + text);
      }
      return text;
    } finally {
      Files.delete(output);
    }
  }
}
