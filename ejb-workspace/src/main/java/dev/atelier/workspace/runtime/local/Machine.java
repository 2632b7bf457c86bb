// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static java.util.stream.Collectors.joining;

import dev.atelier.workspace.Programs;
import dev.atelier.workspace.domain.Isolation;
import dev.atelier.workspace.runtime.script.Shell;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What this machine lets the manager do.
 *
 * @param root whether the manager runs as root
 * @param uid whose processes instances are
 * @param gid their group
 * @param bubblewrap the program, where it is there and works
 * @param offline whether what works on content can be kept from all networks
 * @param networks how instances get networks of their own, where they can
 * @param groups control groups, where some can be made
 * @param unbuffered what a shell writes before a program whose output is to be written at once
 * @param problems why no instance can run at all; empty: they can
 */
record Machine(
    boolean root,
    int uid,
    int gid,
    Optional<Path> bubblewrap,
    boolean offline,
    Optional<InstanceNetworks> networks,
    ControlGroups groups,
    String unbuffered,
    List<String> problems) {
  private static final Logger LOG = System.getLogger(Machine.class.getName());
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int MOST_OUTPUT = 64 << 10;
  private static final List<String> NEEDED =
      List.of("sh", "setsid", "head", "stdbuf", "stat", "sync", "date");

  /** Programs that are looked for beyond the search path, since not every user has them in it. */
  private static final List<String> SYSTEM = List.of("/usr/sbin", "/sbin");

  /** Finds out; takes some 100 ms. */
  static Machine find(LocalRuntimeSettings settings, Path data) throws IOException {
    return find(settings, data, List.of());
  }

  /**
   * The same, in a network that is taken for the machine's.
   *
   * @param host a command that runs one that follows in that network; empty: in this process's
   */
  static Machine find(LocalRuntimeSettings settings, Path data, List<String> host)
      throws IOException {
    Path self = Path.of("/proc/self");
    boolean root = Files.getAttribute(self, "unix:uid").equals(0);
    int uid = root ? settings.uid() : (int) Files.getAttribute(self, "unix:uid");
    int gid = root ? settings.gid() : (int) Files.getAttribute(self, "unix:gid");
    List<String> problems = new ArrayList<>();
    for (String program : NEEDED) {
      if (program(program).isEmpty()) {
        problems.add("the program " + program + " is missing");
      }
    }
    if (root && program("setpriv").isEmpty()) {
      problems.add(
          "the program setpriv (package util-linux) is missing: a manager that runs as root cannot"
              + " give its instances an unprivileged user");
    }
    Machine bare =
        new Machine(
            root,
            uid,
            gid,
            Optional.empty(),
            false,
            Optional.empty(),
            groups(settings, data),
            withoutBuffer(),
            problems);
    return problems.isEmpty() ? bare.sandboxed(settings, data, host) : bare;
  }

  private Machine sandboxed(LocalRuntimeSettings settings, Path data, List<String> host) {
    Optional<Path> wrap =
        settings.sandbox() == LocalRuntimeSettings.Use.NONE
            ? Optional.empty()
            : program("bwrap").filter(program -> succeeds(Sandbox.probe(this, program)));
    boolean offline =
        wrap.isPresent() && succeeds(Sandbox.probe(this, wrap.get(), "--unshare-net"));
    return new Machine(
        root,
        uid,
        gid,
        wrap,
        offline,
        networks(settings, data, host),
        groups,
        unbuffered,
        problems);
  }

  /** The variables that stdbuf sets for a program: asked once, it need not run at each start. */
  private static String withoutBuffer() {
    String path = "PATH=" + Sandbox.PATH;
    return run(List.of("env", "-i", path, "stdbuf", "-o0", "env", "-u", "PATH"))
        .filter(ended -> ended.well() && !ended.output().isBlank())
        .map(ended -> ended.output().lines().map(Machine::assignment).collect(joining(" ")))
        .orElse("stdbuf -o0");
  }

  private static String assignment(String variable) {
    int equals = variable.indexOf('=') + 1;
    return variable.substring(0, equals) + Shell.quoted(variable.substring(equals));
  }

  private Optional<InstanceNetworks> networks(
      LocalRuntimeSettings settings, Path data, List<String> host) {
    if (program("nsenter").isEmpty() || program("mkfifo").isEmpty()) {
      return Optional.empty();
    }
    return switch (settings.network()) {
      case NONE -> Optional.empty();
      case PASTA -> pasta();
      case VETH -> veth(settings, data, host);
      case AUTO -> {
        Optional<InstanceNetworks> pasta = pasta();
        yield pasta.isPresent() ? pasta : veth(settings, data, host);
      }
    };
  }

  private Optional<InstanceNetworks> pasta() {
    return program("pasta")
        .map(program -> new PastaNetworks(root, uid, gid, program))
        .filter(pasta -> succeeds(pasta.deviceProbe()) && succeeds(pasta.probe()))
        .map(InstanceNetworks.class::cast);
  }

  private Optional<InstanceNetworks> veth(
      LocalRuntimeSettings settings, Path data, List<String> host) {
    if (!root) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          VethNetworks.claim(settings.vethRange(), settings.vethNameServers(), host, data));
    } catch (IOException e) {
      LOG.log(Level.WARNING, "no networks by veth: " + e.getMessage());
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static ControlGroups groups(LocalRuntimeSettings settings, Path data) {
    if (settings.cgroups() == LocalRuntimeSettings.Use.NONE) {
      return ControlGroups.NONE;
    }
    String name = "atelier-" + Integer.toHexString(data.toString().hashCode());
    Path proc = Path.of("/proc");
    return ControlGroupsV2.find(proc, name)
        .or(() -> ControlGroupsV1.find(proc, name))
        .orElse(ControlGroups.NONE);
  }

  /** Where a program is. */
  static Optional<Path> program(String name) {
    List<String> folders =
        new ArrayList<>(Arrays.asList(System.getenv("PATH").split(File.pathSeparator, -1)));
    folders.addAll(SYSTEM);
    return folders.stream()
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The path of a program that {@link #find} has made sure of. */
  static String path(String name) {
    return program(name)
        .map(Path::toString)
        .orElseThrow(() -> new IllegalStateException("the program " + name + " is missing"));
  }

  private static boolean succeeds(List<String> command) {
    return run(command).filter(Programs.Ended::well).isPresent();
  }

  /** Runs a program; empty: it cannot be, which is said by the warning that it does not work. */
  private static Optional<Programs.Ended> run(List<String> command) {
    try {
      return Optional.of(
          Programs.run(
              new Programs.Program(command, Map.of("PATH", Sandbox.PATH), "", true),
              PATIENCE,
              MOST_OUTPUT));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** What keeps instances from the manager. */
  Isolation isolation() {
    if (bubblewrap.isEmpty()) {
      return Isolation.NONE;
    }
    return networks.isEmpty() ? Isolation.SHARED_NETWORK : Isolation.OWN_NETWORKS;
  }

  /** What is missing, what that means and how to get it. */
  List<String> warnings(LocalRuntimeSettings settings) {
    List<String> warnings = new ArrayList<>();
    if (bubblewrap.isEmpty()) {
      warnings.add(
          "Instances run without a sandbox: "
              + missing("bubblewrap", "bwrap", settings.sandbox())
              + " A workspace can read this machine's files, see and (being of the same user) end"
              + " the processes of other workspaces, and a process that hides from its manager may"
              + " outlive it.");
    }
    if (bubblewrap.isPresent() && !offline) {
      warnings.add(
          "Programs that archive, restore and look at content have this machine's network:"
              + " bubblewrap cannot keep them from it here.");
    }
    if (networks.isEmpty()) {
      warnings.add(
          "Instances share this machine's network: "
              + withoutNetwork(settings.network())
              + " A workspace can reach this manager's ports and other workspaces, and two cannot"
              + " both use port 3000.");
    }
    networks.ifPresent(networks -> warnings.addAll(networks.warnings()));
    return warnings;
  }

  private static String withoutNetwork(LocalRuntimeSettings.Networks networks) {
    return switch (networks) {
      case NONE -> "Networks are switched off by configuration.";
      case VETH -> "Networks by veth need a manager that is root, and the programs ip and nft.";
      case PASTA, AUTO ->
          missing("passt", "pasta", LocalRuntimeSettings.Use.AUTO)
              + (program("pasta").isPresent()
                  ? " It needs user namespaces, and /dev/net/tun open to everyone (mode 0666)."
                  : "");
    };
  }

  private static String missing(String name, String program, LocalRuntimeSettings.Use use) {
    if (use == LocalRuntimeSettings.Use.NONE) {
      return program + " is switched off by configuration.";
    }
    return program(program).isPresent()
        ? program + " is there, but does not work for this user on this machine."
        : program + " is missing. Get it with: apt-get install " + name + ".";
  }

  /** Which limits of a class hold, where not all of them do; empty otherwise. */
  String limitsCaveat() {
    return groups == ControlGroups.NONE ? limits() : "";
  }

  /** Which limits of a class hold, and how. */
  String limits() {
    return groups == ControlGroups.NONE
        ? "memory: of each process by prlimit; cpu: not limited; processes: "
            + Sandbox.MOST_PROCESSES
            + " of all instances together by prlimit; storage: measured, an instance above it is"
            + " evicted"
        : "memory, cpu and processes: by control groups "
            + groups.version()
            + "; storage: measured, an instance above it is evicted";
  }
}
