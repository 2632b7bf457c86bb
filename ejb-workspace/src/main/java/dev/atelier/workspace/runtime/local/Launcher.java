// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.WorkspaceClass.Resources;
import dev.atelier.workspace.runtime.script.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Starts the process that an instance's processes descend from: a small shell in a session of its
 * own, outside of the sandbox, which outlives the manager, keeps the output within bounds, and
 * leaves exit code and time of the end in a synced file.
 */
final class Launcher {
  /** In the environment of what serves an instance outside of its sandbox. */
  static final String MARK = "ATELIER_LAUNCHED";

  private static final String FRAME =
      """
      #!/bin/sh
      # Runs the processes of one instance. Written anew for each start.
      umask 077
      cd / || exit 70
      # Whoever has this open keeps the instance's network, if it has one of its own.
      exec 9>&1 1>&2
      folder=%1$s
      mark=%2$s
      limit=%3$d
      set -C
      {
        read -r boot </proc/sys/kernel/random/boot_id
        read -r self </proc/self/stat
        printf '%%s\\n%%s\\n' "$boot" "$self" >"$folder/launched"
      } || exit 71
      set +C
      %4$s
      trap : HUP INT TERM

      inside() {
        (
          # What the sandbox makes of its root must be open to its user.
          umask 022
          # Open before the status is there, for then the file is deleted.
          exec <"$folder/start" || exit 72
          exec 9>&-
          %8$s
          %5$s
          wait
          exec %6$s
        )
      }

      run() {
        inside
        code=$?
        %7$s
        printf '%%s\\n' "$code" >"$folder/code"
      }

      log() {
        while :; do
          %9$s head -c "$limit" >"$folder/output.log"
          [ "$(stat -c %%s "$folder/output.log")" -ge "$limit" ] || break
          mv -f "$folder/output.log" "$folder/output.1.log"
        done
      }

      ended() {
        code=
        read -r code <"$folder/code"
        printf 'code=%%s\\nsignal=%%s\\nat=%%s\\n' "$code" \\
          "$([ "${code:-0}" -gt 128 ] && echo $((code - 128)))" \\
          "$(date +%%s.%%N)" >"$folder/exit.new"
        sync "$folder/exit.new"
        mv -f "$folder/exit.new" "$folder/exit"
        sync "$folder"
        : >"$mark"
      }

      run </dev/null 2>&1 | log
      ended
      """;

  /** What bubblewrap says where it is there. */
  private static final String OWN_STATUS =
      """

      read -r self rest </proc/self/stat
      echo "{ \\"child-pid\\": $self }" >"$folder/status.new"
      mv -f "$folder/status.new" "$folder/status\"\
      """;

  private static final String KILL_NAMESPACE =
      """
      status=
        read -r status <"$folder/status"
        child=${status#*\\"child-pid\\": }
        child=${child%%[!0-9]*}
        space=${status#*\\"pid-namespace\\": }
        space=${space%%[!0-9]*}
        if [ -n "$child" ] && [ "$(readlink "/proc/$child/ns/pid")" = "pid:[$space]" ]; then
          # Asked to end: whoever still tidies up has until the manager's own KILL.
          while [ -e "$folder/terminate" ] && kill -0 "$child" 2>/dev/null; do sleep 0.05; done
          kill -KILL "$child" 2>/dev/null
          while kill -0 "$child" 2>/dev/null; do sleep 0.01; done
        fi\
      """;

  private final Sandbox sandbox;
  private final Machine machine;
  private final long logBytes;

  Launcher(Sandbox sandbox, Machine machine, long logBytes) {
    this.sandbox = sandbox;
    this.machine = machine;
    this.logBytes = logBytes;
  }

  /**
   * Starts what the folder's start script says.
   *
   * @param network where it is put; the launcher keeps that for it; empty: the machine's
   */
  Process launch(InstanceFolder folder, Resources resources, Optional<InstanceNetwork> network)
      throws IOException {
    List<Path> groups = machine.groups().create(folder.id(), resources);
    // Never into a file that a shell may be reading.
    Path fresh = folder.launcher().resolveSibling("launcher.new");
    Files.writeString(fresh, script(folder, resources, groups, network));
    Files.move(fresh, folder.launcher(), StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(folder.endMark());
    ProcessBuilder builder =
        new ProcessBuilder(Machine.path("setsid"), Machine.path("sh"), folder.launcher().toString())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            // Born with it open, the launcher has the network from its first moment on.
            .redirectOutput(
                network
                    .map(given -> ProcessBuilder.Redirect.to(given.lifeline().toFile()))
                    .orElse(ProcessBuilder.Redirect.DISCARD))
            .redirectError(ProcessBuilder.Redirect.appendTo(folder.launchLog().toFile()));
    builder.environment().clear();
    builder.environment().put("PATH", Sandbox.PATH);
    builder.environment().put(MARK, folder.root().toString());
    return builder.start();
  }

  private String script(
      InstanceFolder folder,
      Resources resources,
      List<Path> groups,
      Optional<InstanceNetwork> network) {
    String join =
        groups.stream()
            .map(file -> "echo 0 >" + Shell.quoted(file.toString()))
            .collect(Collectors.joining("\n    "));
    return FRAME.formatted(
        Shell.quoted(folder.root().toString()),
        Shell.quoted(folder.endMark().toString()),
        logBytes,
        network.map(given -> "echo " + given.holder() + " >\"$folder/holder\"").orElse(":"),
        (join.isEmpty() ? ":" : join) + (sandbox.isolated() ? "" : OWN_STATUS),
        inside(folder, resources, network),
        leftovers(groups),
        // What a process has as its output, it may also open anew.
        machine.root() ? "chown " + machine.uid() + " /proc/self/fd/1 &" : ":",
        machine.unbuffered());
  }

  private String inside(
      InstanceFolder folder, Resources resources, Optional<InstanceNetwork> network) {
    List<String> words = new ArrayList<>();
    network.ifPresent(
        given -> words.addAll(machine.networks().orElseThrow().enter(given.holder())));
    List<String> main = sandbox.main(folder, resources);
    if (!sandbox.isolated()) {
      words.addAll(main);
      return Shell.command(words);
    }
    words.addAll(List.of(main.get(0), "--json-status-fd", "3"));
    words.addAll(main.subList(1, main.size()));
    return Shell.command(words) + " 3>\"$folder/status\"";
  }

  /** What ends processes that the main process has left behind. */
  private String leftovers(List<Path> groups) {
    if (sandbox.isolated()) {
      return KILL_NAMESPACE;
    }
    if (groups.isEmpty()) {
      return ":";
    }
    String procs = Shell.quoted(groups.get(0).toString());
    return """
    while [ -e "$folder/terminate" ] && read -r left <%1$s; do sleep 0.05; done
      while read -r left <%1$s; do kill -KILL "$left" 2>/dev/null; done\
    """
        .formatted(procs);
  }
}
