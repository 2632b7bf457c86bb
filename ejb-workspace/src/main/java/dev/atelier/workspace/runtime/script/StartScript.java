// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.script;

import dev.atelier.workspace.domain.GitIdentity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the first shell of an instance reads, inside its sandbox and as its user: environment, git
 * identity, and what to run. It holds secrets, which so never stand in a process list.
 */
public final class StartScript {
  /** A task's own log keeps its first part; the instance's output has the rest too. */
  private static final int TASK_LOG_BLOCKS = 16 * 1024 * 2;

  private static final String TASK_FUNCTIONS =
      """
      shell=$(command -v bash || command -v sh)
      logs=${ATELIER_LOGS:-$HOME/.atelier}
      mkdir -p "$logs"
      report() {
        read -r code <"$logs/task-$1.status" || code=1
        [ "$code" -eq 0 ] && return
        printf 'task %s %s ended with exit code %s\\n' "$1" "$2" "$code"
        [ "$result" -ne 0 ] || result=$code
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
    environment.forEach(start::export);
    start.gitIdentity(git, ">" + Shell.quoted(home + "/.gitconfig"));
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
    start.line(". " + Shell.quoted(environment));
    start.line("[ \"${HOME:-/}\" != / ] && [ -w \"$HOME\" ] || HOME=" + Shell.quoted(home));
    start.line(
        "PATH=${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}:" + programs);
    start.line("USER=${USER:-workspace} LOGNAME=${LOGNAME:-workspace} LANG=${LANG:-C.UTF-8}");
    start.line("SHELL=${SHELL:-$(command -v bash || command -v sh)}");
    start.line("export HOME PATH USER LOGNAME LANG SHELL");
    logs.ifPresent(folder -> start.line("ATELIER_LOGS=" + Shell.quoted(folder)));
    start.gitIdentity(git, ">>\"$HOME/.gitconfig\"");
    return start;
  }

  /** An environment for {@link #inContainer}. */
  public static String exports(Map<String, String> environment) {
    StartScript start = new StartScript();
    environment.forEach(start::export);
    return start.script.toString();
  }

  /** Runs a line of shell as the main process. */
  public String command(List<String> folders, String command) {
    script.append("{\n");
    enter(folders);
    line("exec sh -c " + Shell.quoted(command));
    // Read as a whole before it runs, so that nothing inside can read the rest of this script.
    return script.append("} </dev/null\n").toString();
  }

  /** Runs tasks side by side; then ends with what came of them, or stays up. */
  public String tasks(List<String> folders, TaskList list, TaskList.Mode mode) {
    boolean headless = mode == TaskList.Mode.HEADLESS;
    List<TaskList.Task> tasks = list.tasks();
    script.append("{\n").append(tasks.isEmpty() ? "" : TASK_FUNCTIONS);
    enter(folders);
    line("result=0");
    if (!list.fault().isEmpty()) {
      line("echo " + Shell.quoted(list.fault()) + "; result=1");
    }
    for (int i = 0; i < tasks.size(); i++) {
      task(i, tasks.get(i), mode);
    }
    line("wait");
    for (int i = 0; i < tasks.size(); i++) {
      line("report " + i + " " + Shell.quoted(tasks.get(i).name()));
    }
    line(headless ? "exit \"$result\"" : "exec sleep infinity");
    return script.append("} </dev/null\n").toString();
  }

  private void task(int number, TaskList.Task task, TaskList.Mode mode) {
    String parts =
        mode.parts(task).stream()
            .filter(part -> !part.isBlank())
            .map(part -> "{\n" + part + "\n}")
            .collect(Collectors.joining(" && "));
    String file = "\"$logs/task-" + number;
    line("(");
    line("{");
    line("(");
    task.environment().forEach(this::export);
    line(parts.isEmpty() ? ":" : "exec \"$shell\" -c " + Shell.quoted(parts));
    line(")");
    line("echo \"$?\" >" + file + ".status\"");
    line("} 2>&1 | (");
    line("trap '' XFSZ");
    line("ulimit -f " + TASK_LOG_BLOCKS);
    line("exec tee " + file + ".log\" 2>/dev/null");
    line(")");
    line(") &");
  }

  /** The first of the folders that can be entered. */
  private void enter(List<String> folders) {
    line(
        folders.stream()
            .map(folder -> "cd " + Shell.quoted(folder) + " 2>/dev/null")
            .collect(Collectors.joining(" || ")));
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
