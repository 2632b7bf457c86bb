// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.SandboxPrograms;
import dev.atelier.workspace.content.SandboxPrograms.Program;
import dev.atelier.workspace.content.SandboxPrograms.Sink;
import dev.atelier.workspace.content.SandboxPrograms.Source;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A git directory of our own over a checkout that somebody else could write: what git needs of the
 * repository's was copied as data, its objects are linked, and the configuration is ours. It lies
 * in the home of the sandbox, where no instance sees it, and goes with that.
 *
 * <p>Paths are strings of bytes (ISO 8859-1), for a name need not be UTF-8.
 */
final class OwnRepository {
  /** Of one path, as long as the system takes one. */
  static final int PATH_LIMIT = 8_192;

  private static final String NO_REPOSITORY = "not a git repository";

  private static final String GIT =
      RepositoryScripts.OWN
          + "export GIT_DIR=\"$own\" GIT_INDEX_FILE=\"$own/$0\"\nexec git --no-pager \"$@\"\n";

  private final SandboxPrograms programs;
  private final String folder;
  private final Duration timeout;

  /**
   * Of one checkout.
   *
   * @param folder relative to the workspace folder
   * @param timeout of each program
   */
  OwnRepository(SandboxPrograms programs, String folder, Duration timeout) {
    this.programs = programs;
    this.folder = folder;
    this.timeout = timeout;
  }

  /** Makes it as the checkout is now; answers the format of its objects. */
  String make() throws ContentFault, InterruptedException {
    ProgramOutput format = new ProgramOutput(100);
    Source configuration =
        stream -> stream.write(RepositoryScripts.CONFIGURATION.getBytes(ISO_8859_1));
    script(RepositoryScripts.MAKE, configuration, format);
    return format.text();
  }

  /**
   * Runs a script in the checkout, whose first argument is the workspace folder; it must end well.
   */
  void script(String script, Source input, Sink output) throws ContentFault, InterruptedException {
    must(List.of("sh", "-c", script, "sh", programs.workspaceFolder()), input, output);
  }

  /**
   * Runs git in the checkout; it must end well.
   *
   * @param index the name of the index that it uses
   */
  void git(String index, Source input, Sink output, String... arguments)
      throws ContentFault, InterruptedException {
    must(command(index, arguments), input, output);
  }

  /** Runs git in the checkout, which may answer 1 for nothing found. */
  void ask(String index, Source input, Sink output, String... arguments)
      throws ContentFault, InterruptedException {
    LastWords words = new LastWords(new Scrubber(), line -> {});
    refuse(run(command(index, arguments), input, output, words) > 1, words);
  }

  /** What a program reads: each of the entries with a zero after it. */
  static Source entries(Collection<String> entries) {
    return stream -> {
      for (String entry : entries) {
        stream.write(entry.getBytes(ISO_8859_1));
        stream.write(0);
      }
    };
  }

  private static List<String> command(String index, String... arguments) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", GIT, index));
    command.addAll(List.of(arguments));
    return command;
  }

  private void must(List<String> command, Source input, Sink output)
      throws ContentFault, InterruptedException {
    LastWords words = new LastWords(new Scrubber(), line -> {});
    refuse(run(command, input, output, words) != 0, words);
  }

  private static void refuse(boolean failed, LastWords words) throws ContentFault {
    if (failed) {
      String text = words.text();
      throw new ContentFault(text.contains(NO_REPOSITORY) ? "there is no git repository" : text);
    }
  }

  private int run(List<String> command, Source input, Sink output, Sink errors)
      throws ContentFault, InterruptedException {
    try {
      Program program = new Program(command, environment(), folder, timeout);
      return programs.run(program, input, output, errors);
    } catch (IOException e) {
      throw new ContentFault("git cannot be run: " + e.getMessage(), e);
    }
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("GIT_CONFIG_NOSYSTEM", "1");
    environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
    environment.put("GIT_ATTR_NOSYSTEM", "1");
    environment.put("GIT_OPTIONAL_LOCKS", "0");
    environment.put("GIT_TERMINAL_PROMPT", "0");
    environment.put("GIT_ALLOW_PROTOCOL", "");
    environment.put("GIT_NO_LAZY_FETCH", "1");
    environment.put(
        "GIT_WORK_TREE", programs.workspaceFolder() + (folder.isEmpty() ? "" : "/" + folder));
    return environment;
  }
}
