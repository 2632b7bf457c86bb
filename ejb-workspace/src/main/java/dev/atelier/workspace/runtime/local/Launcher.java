package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.WorkspaceClass.Resources;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
      trap : HUP INT TERM

      network() {
        exec %4$s <<'END'
      %5$s
      read -r self rest </proc/self/stat
      echo "$self"
      exec sleep infinity >/dev/null
      END
      }

      inside() {
        (
          # What the sandbox makes of its root must be open to its user.
          umask 022
          # Open before the status is there, for then the file is deleted.
          exec <"$folder/start" || exit 72
          %6$s
          exec %7$s
        )
      }

      run() {
        holder=
        %8$s
        inside
        code=$?
        [ -z "$holder" ] || kill -KILL "$holder" 2>/dev/null
        %9$s
        printf '%%s\\n' "$code" >"$folder/code"
      }

      log() {
        while :; do
          stdbuf -o0 head -c "$limit" >"$folder/output.log"
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

      %10$s
      """;

  /** What bubblewrap says where it is there. */
  private static final String OWN_STATUS =
      """

          read -r self rest </proc/self/stat
          echo "{ \\"child-pid\\": $self }" >"$folder/status.new"
          mv -f "$folder/status.new" "$folder/status\"""";

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
        fi""";

  private final Sandbox sandbox;
  private final Machine machine;
  private final long logBytes;

  Launcher(Sandbox sandbox, Machine machine, long logBytes) {
    this.sandbox = sandbox;
    this.machine = machine;
    this.logBytes = logBytes;
  }

  /** Starts what the folder's start script says. */
  Process launch(InstanceFolder folder, Resources resources) throws IOException {
    List<Path> groups = machine.groups().create(folder.id(), resources);
    // Never into a file that a shell may be reading.
    Path fresh = folder.launcher().resolveSibling("launcher.new");
    Files.writeString(fresh, script(folder, resources, groups));
    Files.move(fresh, folder.launcher(), StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(folder.endMark());
    ProcessBuilder builder =
        new ProcessBuilder(Machine.path("setsid"), Machine.path("sh"), folder.launcher().toString())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.launchLog().toFile()))
            .redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", Sandbox.PATH);
    builder.environment().put(MARK, folder.root().toString());
    return builder.start();
  }

  private String script(InstanceFolder folder, Resources resources, List<Path> groups)
      throws IOException {
    boolean network = sandbox.network().isPresent();
    String join =
        groups.stream()
            .map(file -> "echo 0 >" + Shell.quoted(file.toString()))
            .collect(Collectors.joining("\n    "));
    return FRAME.formatted(
        Shell.quoted(folder.root().toString()),
        Shell.quoted(folder.endMark().toString()),
        logBytes,
        network ? Shell.command(sandbox.network().orElseThrow()) : "false",
        network ? blockedRoutes() : "",
        (join.isEmpty() ? ":" : join) + (sandbox.isolated() ? "" : OWN_STATUS),
        inside(folder, resources, network),
        network ? "read -r holder || return\n  echo \"$holder\" >\"$folder/holder\"" : ":",
        leftovers(groups),
        network ? pipeline("network | run 2>&1 | log") : pipeline("run </dev/null 2>&1 | log"));
  }

  private String pipeline(String commands) {
    return commands + "\nended";
  }

  private String inside(InstanceFolder folder, Resources resources, boolean network) {
    List<String> main = sandbox.main(folder, resources);
    String enter =
        network
            // The holder's number is known only then, so it is the one word that is not quoted.
            ? Shell.command(sandbox.enterNetwork("HOLDER")).replace("HOLDER", "'\"$holder\"'")
            : "";
    if (!sandbox.isolated()) {
      return enter + " " + Shell.command(main);
    }
    List<String> status =
        Stream.concat(
                Stream.of(main.get(0), "--json-status-fd", "3"),
                main.subList(1, main.size()).stream())
            .toList();
    return enter + " " + Shell.command(status) + " 3>\"$folder/status\"";
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
    return "while read -r left <" + procs + "; do kill -KILL \"$left\" 2>/dev/null; done";
  }

  /** This machine's own addresses and link-local ones cannot be reached from inside. */
  private static String blockedRoutes() throws IOException {
    if (Machine.program("ip").isEmpty()) {
      return ":";
    }
    String routes =
        Stream.concat(
                Stream.of("169.254.0.0/16"),
                Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress())
                    .filter(address -> !address.isLinkLocalAddress())
                    .map(InetAddress::getHostAddress)
                    .map(address -> address.replaceFirst("%.*", "")))
            .map(route -> "route add unreachable " + route)
            .collect(Collectors.joining("\n"));
    return "ip -force -batch - <<'ROUTES' >/dev/null 2>&1\n" + routes + "\nROUTES";
  }
}
