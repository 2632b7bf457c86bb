// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.SandboxPrograms;
import dev.atelier.workspace.content.SandboxPrograms.Program;
import dev.atelier.workspace.content.SandboxPrograms.Source;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Folders and sizes of one instance's content, seen with the eyes of its sandbox. */
final class ContentFolder {
  private static final Duration TIMEOUT = Duration.ofMinutes(10);
  private static final int OUTPUT_LIMIT = 64 * 1024;

  /** Sets {@code real} to the real path of $1 below the workspace folder $root, or ends. */
  private static final String WITHIN =
      """
      root=$(realpath -e -- "$root") && real=$(realpath -m -- "$root/$1") || exit 1
      case "$real/" in
        "${root%/}"/*) ;;
        *) echo "$1 leads out of the workspace" >&2; exit 1 ;;
      esac
      mkdir -p -- "$real" || exit 1
      """;

  private final SandboxPrograms programs;
  private final Duration timeout;

  ContentFolder(SandboxPrograms programs) {
    this(programs, TIMEOUT);
  }

  /** With another limit for each program that runs on it. */
  ContentFolder(SandboxPrograms programs, Duration timeout) {
    this.programs = programs;
    this.timeout = timeout;
  }

  /** Makes a folder with its parents; links on the way must not lead out of the workspace. */
  void make(String folder) throws ContentFault, InterruptedException {
    script(Source.NONE, WITHIN, folder);
  }

  /** Bytes in a folder, as files show them. */
  long size(String folder) throws ContentFault, InterruptedException {
    String answer = script(Source.NONE, WITHIN + "exec du -sb -- \"$real\"", folder);
    try {
      return Long.parseLong(answer.split("\\s", 2)[0]);
    } catch (NumberFormatException e) {
      throw new ContentFault("the size of the content cannot be told", e);
    }
  }

  /** Writes a file of the folder, under a name that is not its own yet. */
  void write(String folder, String name, Source content)
      throws ContentFault, IOException, InterruptedException {
    String script = WITHIN + "exec cat >\"$real/$2\"";
    ended(run(content, script, folder, name));
  }

  /** Gives a written file its own name, in place of what may be there. */
  void rename(String folder, String name, String newName)
      throws ContentFault, InterruptedException {
    script(Source.NONE, WITHIN + "exec mv -fT -- \"$real/$2\" \"$real/$3\"", folder, name, newName);
  }

  /** Removes a file that was written. */
  void remove(String folder, String name) throws ContentFault, InterruptedException {
    script(Source.NONE, WITHIN + "exec rm -f -- \"$real/$2\"", folder, name);
  }

  private String script(Source input, String script, String... arguments)
      throws ContentFault, InterruptedException {
    try {
      return ended(run(input, script, arguments));
    } catch (IOException e) {
      throw new ContentFault("a program cannot be run on the content: " + e.getMessage(), e);
    }
  }

  private static String ended(GitProgram.Ended ended) throws ContentFault {
    if (!ended.well()) {
      throw new ContentFault(ended.lastWords());
    }
    return ended.output();
  }

  private GitProgram.Ended run(Source input, String script, String... arguments)
      throws ContentFault, IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "root=$0\n" + script));
    command.add(programs.workspaceFolder());
    command.addAll(List.of(arguments));
    ProgramOutput output = new ProgramOutput(OUTPUT_LIMIT);
    Consumer<String> nobody = line -> {};
    LastWords words = new LastWords(new Scrubber(), nobody);
    int code =
        programs.run(
            new Program(command, Map.of("LC_ALL", "C.UTF-8"), "", timeout), input, output, words);
    return new GitProgram.Ended(code, output.text(), words.text());
  }
}
