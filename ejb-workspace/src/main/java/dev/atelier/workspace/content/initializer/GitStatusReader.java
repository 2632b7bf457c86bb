package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.SandboxPrograms;
import dev.atelier.workspace.content.SandboxPrograms.Program;
import dev.atelier.workspace.content.SandboxPrograms.Sink;
import dev.atelier.workspace.content.SandboxPrograms.Source;
import dev.atelier.workspace.domain.GitStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Asks git what a checkout holds that its remote does not. The checkout's own configuration is its
 * user's and may name programs anywhere: none of those that reading could start is started.
 */
final class GitStatusReader {
  private static final String NO_REPOSITORY = "not a git repository";

  /** Makes the pointer of a large file as Git LFS does, without its configuration. */
  private static final String LFS_CLEAN =
      "sh -c '"
          + "cat >/dev/null; v=\"version https://git-lfs.github.com/spec/v1\"; s=$(stat -c %s \"$1\"); "
          + "if test \"$s\" -lt 1024 && test \"$(head -n 1 \"$1\")\" = \"$v\"; then exec cat \"$1\"; fi; "
          + "printf \"%s\\noid sha256:%s\\nsize %s\\n\" \"$v\" "
          + "\"$(sha256sum <\"$1\" | cut -d \" \" -f 1)\" \"$s\"' sh %f";

  private static final int MAX_FILTERS = 500;
  private static final int ENTRY_LIMIT = 4_096;
  private static final int SUBJECT_LIMIT = 500;

  private final SandboxPrograms programs;
  private final Duration timeout;

  GitStatusReader(SandboxPrograms programs, Duration timeout) {
    this.programs = programs;
    this.timeout = timeout;
  }

  GitStatus read(String folder) throws ContentFault, InterruptedException {
    Map<String, String> environment = new HashMap<>(environment(folder));
    environment.putAll(disarmed(filters(folder, environment)));
    StatusEntries entries = new StatusEntries();
    must(
        folder,
        environment,
        new Records((byte) 0, ENTRY_LIMIT, entries),
        "status",
        "--porcelain=v2",
        "-z",
        "--branch",
        "--no-ahead-behind",
        "--no-renames",
        "--untracked-files=all",
        "--ignore-submodules=dirty");
    if (entries.unborn()) {
      return new GitStatus(
          entries.branch(),
          "",
          List.of(),
          0,
          entries.untracked(),
          entries.totalUntracked(),
          List.of(),
          0);
    }
    Excerpt unpushed = new Excerpt();
    must(
        folder,
        environment,
        new Records((byte) '\n', SUBJECT_LIMIT, unpushed),
        "rev-list",
        "--no-commit-header",
        "--format=%h %s",
        "HEAD",
        "--branches",
        "--not",
        "--remotes",
        "--glob=" + GitCheckout.INITIAL_REFS);
    return new GitStatus(
        entries.branch(),
        entries.commit(),
        entries.changed(),
        entries.totalChanged(),
        entries.untracked(),
        entries.totalUntracked(),
        unpushed.entries(),
        unpushed.total());
  }

  private Map<String, String> environment(String folder) {
    String checkout = programs.workspaceFolder() + (folder.isEmpty() ? "" : "/" + folder);
    return Map.of(
        "LC_ALL", "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM", "1",
        "GIT_CONFIG_GLOBAL", "/dev/null",
        "GIT_ATTR_NOSYSTEM", "1",
        "GIT_OPTIONAL_LOCKS", "0",
        "GIT_TERMINAL_PROMPT", "0",
        "GIT_ALLOW_PROTOCOL", "none",
        "GIT_NO_LAZY_FETCH", "1",
        "GIT_CEILING_DIRECTORIES", checkout.substring(0, Math.max(1, checkout.lastIndexOf('/'))));
  }

  /** The keys of filters in the checkout's configuration. */
  private Set<String> filters(String folder, Map<String, String> environment)
      throws ContentFault, InterruptedException {
    Set<String> found = new TreeSet<>();
    Records.Taker taker =
        key -> {
          if (found.size() <= MAX_FILTERS) {
            found.add(key);
          }
        };
    LastWords words = new LastWords(new Scrubber(), line -> {});
    Records keys = new Records((byte) 0, ENTRY_LIMIT, taker);
    String pattern = "^filter\\..*\\.(clean|smudge|process|required)$";
    int code =
        run(
            folder,
            environment,
            keys,
            words,
            "config",
            "--includes",
            "--name-only",
            "-z",
            "--get-regexp",
            pattern);
    // 1: there are none
    if (code > 1) {
      throw new ContentFault(words.text());
    }
    if (found.size() > MAX_FILTERS) {
      throw new ContentFault("more than " + MAX_FILTERS + " filters are configured");
    }
    return found;
  }

  private static Map<String, String> disarmed(Set<String> filters) {
    Map<String, String> variables = new HashMap<>();
    int count = 0;
    for (String key : filters) {
      String harmless = key.endsWith(".required") ? "false" : "";
      variables.put("GIT_CONFIG_KEY_" + count, key);
      variables.put(
          "GIT_CONFIG_VALUE_" + count, key.equals("filter.lfs.clean") ? LFS_CLEAN : harmless);
      count++;
    }
    variables.put("GIT_CONFIG_COUNT", Integer.toString(count));
    return variables;
  }

  private void must(
      String folder, Map<String, String> environment, Sink output, String... arguments)
      throws ContentFault, InterruptedException {
    LastWords words = new LastWords(new Scrubber(), line -> {});
    if (run(folder, environment, output, words, arguments) != 0) {
      String text = words.text();
      throw new ContentFault(text.contains(NO_REPOSITORY) ? "there is no git repository" : text);
    }
  }

  private int run(
      String folder, Map<String, String> environment, Sink output, Sink errors, String... arguments)
      throws ContentFault, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "git",
                "--no-pager",
                "-c",
                "safe.directory=*",
                "-c",
                "core.fsmonitor=false",
                "-c",
                "core.hooksPath=/dev/null"));
    command.addAll(List.of(arguments));
    try {
      Program program = new Program(command, environment, folder, timeout);
      return programs.run(program, Source.NONE, output, errors);
    } catch (IOException e) {
      throw new ContentFault("git cannot be run: " + e.getMessage(), e);
    }
  }
}
