// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.script;

import dev.atelier.workspace.domain.GitIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the first shell of an instance reads, inside its sandbox and as its user: environment, git
 * identity, and what to run. It holds secrets, which so never stand in a process list.
 */
public final class StartScript {
  private static final String OWN_HOME = "[ \"${HOME:-/}\" != / ] && [ -w \"$HOME\" ] || HOME=";
  private static final String OWN_PATH =
      "PATH=${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}:";

  private static final Pattern SHELL_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /**
   * {@code become ENV PROGRAM...}: shells know no names with dots or hyphens, so the values of such
   * variables come under others. {@code env} takes them from there by itself where it can, for a
   * command line is seen by others.
   */
  private static final String BECOME =
      """
      become() {
        atelier_env=$1
        shift
        [ -n "$atelier_named" ] || exec "$@"
        if "$atelier_env" -S "-u _ -- _=_" >/dev/null 2>&1; then
          exec "$atelier_env" -S "$atelier_unset -- $atelier_named" "$@"
        fi
        eval "exec \\"\\$atelier_env\\" $atelier_unset -- $atelier_named \\"\\$@\\""
      }
      """;

  private final StringBuilder script = new StringBuilder();

  private StartScript() {}

  /**
   * For a sandbox of this machine, whose environment it brings along.
   *
   * @param hidden a variable of the manager's that nothing inside sees
   * @param home the user's, as seen inside
   */
  public static StartScript local(
      Map<String, String> environment, GitIdentity git, String home, String hidden) {
    StartScript start = new StartScript();
    start.line("umask 022");
    start.line("unset " + hidden);
    start.line("HOME=" + Shell.quoted(home) + " && export HOME");
    // What serves an instance is found by this where nothing else tells it apart.
    Optional.ofNullable(environment.get("GITPOD_INSTANCE_ID"))
        .ifPresent(id -> start.export("GITPOD_INSTANCE_ID", id));
    start.gitIdentity(git, ">" + Shell.quoted(home + "/.gitconfig"));
    start.line("environment() {");
    start.exportAll(environment);
    start.gitElsewhere(git);
    start.line("}");
    return start;
  }

  /**
   * For a container, which perhaps has a home of its image.
   *
   * @param environment the file with {@link #exports}
   * @param home where the image has none that can be written to
   * @param programs a folder with a shell and few more, for images without them
   * @param logs where tasks are logged; empty: below the home
   */
  public static StartScript inContainer(
      String environment, GitIdentity git, String home, String programs, Optional<String> logs) {
    StartScript start = new StartScript();
    start.line("umask 022");
    start.line(OWN_HOME + Shell.quoted(home));
    start.line(OWN_PATH + programs);
    start.line("export HOME PATH");
    logs.ifPresent(folder -> start.line("ATELIER_LOGS=" + Shell.quoted(folder)));
    start.gitIdentity(git, ">>\"$HOME/.gitconfig\"");
    start.line("environment() {");
    start.line(". " + Shell.quoted(environment));
    start.line(OWN_HOME + Shell.quoted(home));
    start.line(OWN_PATH + programs);
    start.line("USER=${USER:-workspace} LOGNAME=${LOGNAME:-workspace} LANG=${LANG:-C.UTF-8}");
    start.line("TERM=${TERM:-xterm} SHELL=${SHELL:-$(command -v bash || command -v sh)}");
    start.line("export HOME PATH USER LOGNAME LANG TERM SHELL");
    start.gitElsewhere(git);
    start.line("}");
    return start;
  }

  /** An environment for {@link #inContainer}. */
  public static String exports(Map<String, String> environment) {
    StartScript start = new StartScript();
    start.exportAll(environment);
    return start.script.toString();
  }

  /** Runs a line of shell as the main process. */
  public String command(List<String> folders, String command) {
    script.append("{\n");
    enter(folders);
    // Not every shell hands on what it cannot name itself.
    line("set -- \"$(command -v bash || command -v sh)\" -c " + Shell.quoted(command));
    line("set -- \"$(command -v sh)\" \"$(command -v env)\" \"$@\"");
    line("environment");
    line("[ -n \"$atelier_named\" ] || exec \"$1\" \"$4\" \"$5\"");
    line("shift");
    script.append(BECOME);
    line("become \"$@\"");
    // Read as a whole before it runs, so that nothing inside can read the rest of this script.
    return script.append("} </dev/null\n").toString();
  }

  /**
   * Runs tasks side by side; then ends with what came of them, or stays up.
   *
   * @param folders where they run: the first that can be entered; the last is the workspace's
   */
  public String tasks(List<String> folders, TaskList list, TaskList.Mode mode) {
    boolean headless = mode == TaskList.Mode.HEADLESS;
    List<TaskList.Task> tasks = list.tasks();
    script.append("{\n");
    line("result=0");
    if (!list.fault().isEmpty()) {
      line("echo " + Shell.quoted(list.fault()) + "; result=1");
    }
    if (tasks.isEmpty()) {
      enter(folders);
      line(headless ? "exit \"$result\"" : "exec sleep infinity");
    } else {
      run(folders, tasks, mode);
    }
    return script.append("} </dev/null\n").toString();
  }

  private void run(List<String> folders, List<TaskList.Task> tasks, TaskList.Mode mode) {
    boolean headless = mode == TaskList.Mode.HEADLESS;
    String logs = headless ? folders.get(folders.size() - 1) + "/.gitpod" : "";
    line("headless=" + Shell.quoted(logs));
    script.append(BECOME).append(TaskScript.FUNCTIONS);
    enter(folders);
    for (int i = 0; i < tasks.size(); i++) {
      line("environment_" + i + "() {");
      line(":");
      exportMore(tasks.get(i).environment());
      line("}");
    }
    line(
        IntStream.range(0, tasks.size())
            .mapToObj(i -> task(i, tasks.get(i), mode))
            .collect(Collectors.joining(" |\n")));
    if (headless) {
      IntStream.range(0, tasks.size()).forEach(i -> line("gather " + i));
      line("exit \"$result\"");
    } else {
      line("exec sleep infinity");
    }
  }

  private static String task(int number, TaskList.Task task, TaskList.Mode mode) {
    List<String> words = new ArrayList<>(List.of("carried", String.valueOf(number), task.name()));
    mode.parts(task).stream().filter(part -> !part.isBlank()).forEach(words::add);
    return Shell.command(words);
  }

  /** The first of the folders that can be entered. */
  private void enter(List<String> folders) {
    line(
        folders.stream()
            .map(folder -> "cd " + Shell.quoted(folder) + " 2>/dev/null")
            .collect(Collectors.joining(" || ")));
  }

  private void exportAll(Map<String, String> environment) {
    line("atelier_unset= atelier_named=");
    exportEach(environment, "_");
  }

  private void exportMore(Map<String, String> environment) {
    exportEach(environment, "__");
  }

  /** Exports what a shell can name, and the others' values under short names that are free. */
  private void exportEach(Map<String, String> environment, String prefix) {
    int free = 0;
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      if (SHELL_NAME.matcher(variable.getKey()).matches()) {
        export(variable.getKey(), variable.getValue());
        continue;
      }
      while (environment.containsKey(prefix + free)) {
        free++;
      }
      String other = prefix + free++;
      export(other, variable.getValue());
      line("atelier_unset=\"$atelier_unset -u " + other + "\"");
      line("atelier_named=\"$atelier_named " + variable.getKey() + "=\\\"\\${" + other + "}\\\"\"");
    }
  }

  private void export(String name, String value) {
    // Some shells keep names such as UID for themselves, and would end here without "command".
    line("command export " + name + "=" + Shell.quoted(value) + " 2>/dev/null || :");
  }

  private void gitIdentity(GitIdentity git, String redirection) {
    if (git.equals(GitIdentity.NONE)) {
      return;
    }
    String file =
        "[user]\n"
            + (git.username().isEmpty() ? "" : "\tname = " + gitValue(git.username()) + "\n")
            + (git.email().isEmpty() ? "" : "\temail = " + gitValue(git.email()) + "\n");
    line("printf %s " + Shell.quoted(file) + " " + redirection);
    line("atelier_home=$HOME");
  }

  /** Git finds the identity also where a user has chosen another home. */
  private void gitElsewhere(GitIdentity git) {
    line(
        git.equals(GitIdentity.NONE)
            ? ":"
            : "[ -e \"$HOME/.gitconfig\" ] || [ -n \"${GIT_CONFIG_GLOBAL+set}\" ]"
                + " || export GIT_CONFIG_GLOBAL=\"$atelier_home/.gitconfig\"");
  }

  private static String gitValue(String text) {
    String escaped =
        text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t");
    return '"' + escaped + '"';
  }

  private void line(String text) {
    script.append(text).append('\n');
  }
}
