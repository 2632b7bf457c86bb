// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.content.ContentSandbox.Network;
import dev.atelier.workspace.domain.WorkspaceClass.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The commands that put programs where they can do no harm: in namespaces of their own, with a root
 * that is built from nothing, as an unprivileged user. No secret stands in them.
 */
final class Sandbox {
  static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  static final String WORKSPACE = "/workspace";
  static final String HOME = "/home/workspace";

  private static final String PROCESSORS = "/sys/devices/system/cpu";

  /** Of all instances together, where control groups cannot be made. */
  static final int MOST_PROCESSES = 4096;

  private static final List<String> SYSTEM_FOLDERS =
      List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32");

  private final Machine machine;
  private final List<String> root;
  private final InstanceEtc etc;

  /**
   * Prepares what all instances share.
   *
   * @param data the data folder; nothing of it is shown but an instance's own
   */
  Sandbox(Machine machine, LocalRuntimeSettings settings, Path data) throws IOException {
    this.machine = machine;
    this.etc =
        new InstanceEtc(
            Path.of("/etc"),
            Files.createDirectories(data.resolve("local")).resolve("etc"),
            settings.visible());
    if (isolated()) {
      etc.refresh(names(machine));
    }
    this.root = rootFolders(settings, data);
  }

  private static Map<String, String> names(Machine machine) throws IOException {
    return Map.of(
        "passwd",
        """
        root:x:0:0:root:/root:/usr/sbin/nologin
        workspace:x:%d:%d:workspace:/home/workspace:/bin/sh
        nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
        """
            .formatted(machine.uid(), machine.gid()),
        "group",
        "root:x:0:\nworkspace:x:%d:\nnogroup:x:65534:\n".formatted(machine.gid()),
        "hosts",
        InstanceNames.LOCALHOST,
        "resolv.conf",
        InstanceNames.resolving(
            machine.networks().stream().flatMap(n -> n.nameServers().stream()).toList(),
            InstanceNames.lines(Path.of("/etc/resolv.conf"))));
  }

  /** Makes what the instance's sandbox needs beside content and home; to be called before it. */
  void prepare(InstanceFolder folder) throws IOException {
    if (!isolated()) {
      return;
    }
    FileTree.make(folder.varTmp(), machine);
    // For everyone, as programs expect it; nobody else comes this far.
    Files.setAttribute(folder.varTmp(), "unix:mode", Integer.parseInt("1777", 8));
    InstanceNames.writeHosts(folder, machine.networks().isPresent());
  }

  boolean isolated() {
    return machine.bubblewrap().isPresent();
  }

  /** The absolute path of the workspace folder as those inside see it. */
  String workspaceFolder(InstanceFolder folder) {
    return isolated() ? WORKSPACE : folder.content().toString();
  }

  /** The home of the instance as those inside see it. */
  String home(InstanceFolder folder) {
    return isolated() ? HOME : folder.home().toString();
  }

  /** A shell in the instance's sandbox that reads what to do. */
  List<String> main(InstanceFolder folder, Resources resources) {
    List<String> words = new ArrayList<>();
    if (isolated()) {
      words.addAll(namespaces(folder.id()));
      words.addAll(root);
      words.addAll(machine.networks().isPresent() ? List.of() : hostNames());
      words.addAll(List.of("--ro-bind", folder.hosts().toString(), "/etc/hosts"));
      words.addAll(machineSeen(folder));
      words.addAll(scratch(resources));
      words.addAll(List.of("--bind", folder.varTmp().toString(), "/var/tmp"));
      words.addAll(List.of("--bind", folder.home().toString(), HOME));
      words.addAll(List.of("--bind", folder.content().toString(), WORKSPACE));
      words.addAll(List.of("--remount-ro", "/", "--chdir", WORKSPACE));
      words.addAll(List.of("--clearenv", "--setenv", "PATH", PATH, "--"));
    }
    words.addAll(limits(resources));
    words.addAll(unprivileged());
    words.addAll(List.of("/bin/sh", "-s"));
    return words;
  }

  /**
   * A program that works on the content; it ends with whoever started it.
   *
   * @param directory relative to the workspace folder
   */
  List<String> content(
      InstanceFolder folder, List<String> command, String directory, Network network) {
    List<String> words = new ArrayList<>();
    if (isolated()) {
      words.addAll(namespaces(folder.id()));
      words.addAll(List.of("--die-with-parent"));
      words.addAll(root);
      words.addAll(network(network));
      for (String scratch : List.of("/tmp", "/dev/shm", "/var/tmp")) {
        words.addAll(List.of("--perms", "1777", "--tmpfs", scratch));
      }
      words.addAll(List.of("--bind", folder.contentHome().toString(), HOME));
      words.addAll(List.of("--bind", folder.content().toString(), WORKSPACE));
      words.addAll(List.of("--remount-ro", "/", "--chdir", inside(WORKSPACE, directory), "--"));
      words.addAll(unprivileged());
    } else {
      words.addAll(unprivileged());
      words.addAll(List.of(Machine.path("setpriv"), "--pdeathsig", "KILL"));
    }
    words.addAll(command);
    return words;
  }

  private List<String> network(Network network) {
    return switch (network) {
      case NONE -> machine.offline() ? List.of("--unshare-net") : List.of();
      case HOST -> hostNames();
    };
  }

  private static String inside(String folder, String directory) {
    return directory.isEmpty() ? folder : folder + "/" + directory;
  }

  /** Drops everything that a process of root's could do. */
  List<String> unprivileged() {
    return machine.root() ? unprivileged(machine) : List.of();
  }

  private List<String> namespaces(String hostname) {
    return namespaces(machine, machine.bubblewrap().orElseThrow(), hostname);
  }

  private static List<String> namespaces(Machine machine, Path bubblewrap, String hostname) {
    List<String> words = new ArrayList<>(List.of(bubblewrap.toString()));
    if (!machine.root()) {
      words.addAll(
          List.of(
              "--unshare-user",
              "--uid",
              Integer.toString(machine.uid()),
              "--gid",
              Integer.toString(machine.gid())));
    }
    words.addAll(
        List.of(
            "--unshare-pid",
            "--unshare-ipc",
            "--unshare-uts",
            "--unshare-cgroup-try",
            "--new-session",
            "--hostname",
            hostname));
    return words;
  }

  private static List<String> unprivileged(Machine machine) {
    return List.of(
        Machine.path("setpriv"),
        "--reuid",
        Integer.toString(machine.uid()),
        "--regid",
        Integer.toString(machine.gid()),
        "--clear-groups",
        "--no-new-privs",
        "--bounding-set=-all",
        "--inh-caps=-all");
  }

  /**
   * Whether bubblewrap works here.
   *
   * @param more that it is asked for beside what every sandbox has
   */
  static List<String> probe(Machine machine, Path bubblewrap, String... more) {
    List<String> words = new ArrayList<>(namespaces(machine, bubblewrap, "probe"));
    words.addAll(List.of(more));
    words.addAll(List.of("--tmpfs", "/", "--ro-bind", "/usr", "/usr"));
    words.addAll(systemFolders());
    words.addAll(
        List.of(
            "--dev",
            "/dev",
            "--proc",
            "/proc",
            "--perms",
            "1777",
            "--tmpfs",
            "/tmp",
            "--remount-ro",
            "/",
            "--"));
    if (machine.root()) {
      words.addAll(unprivileged(machine));
    }
    words.addAll(List.of("/bin/sh", "-c", ":"));
    return words;
  }

  private static List<String> systemFolders() {
    List<String> words = new ArrayList<>();
    for (String name : SYSTEM_FOLDERS) {
      Path folder = Path.of("/", name);
      try {
        if (Files.isSymbolicLink(folder)) {
          words.addAll(
              List.of("--symlink", Files.readSymbolicLink(folder).toString(), folder.toString()));
        } else if (Files.isDirectory(folder)) {
          words.addAll(List.of("--ro-bind", folder.toString(), folder.toString()));
        }
      } catch (IOException e) {
        throw new UncheckedIOException("system folder " + folder + " cannot be read", e);
      }
    }
    return words;
  }

  private List<String> rootFolders(LocalRuntimeSettings settings, Path data) throws IOException {
    List<String> words = new ArrayList<>(List.of("--tmpfs", "/", "--ro-bind", "/usr", "/usr"));
    words.addAll(systemFolders());
    words.addAll(List.of("--ro-bind", etc.folder().toString(), "/etc"));
    // Made on the way to something private, they would be as private.
    for (String folder : List.of("/home", "/var", "/run")) {
      words.addAll(List.of("--perms", "0755", "--dir", folder));
    }
    for (Path visible : settings.visible()) {
      words.addAll(List.of("--ro-bind-try", visible.toString(), visible.toString()));
    }
    List<Path> hidden = new ArrayList<>(List.of(data));
    settings.secrets().ifPresent(hidden::add);
    for (Path folder : hidden) {
      if (folder.startsWith("/usr") || settings.visible().stream().anyMatch(folder::startsWith)) {
        words.addAll(List.of("--tmpfs", folder.toString()));
      }
    }
    words.addAll(List.of("--dev", "/dev", "--proc", "/proc", "--symlink", "/run", "/var/run"));
    return words;
  }

  /** How names are resolved where the host's network is used. */
  private static List<String> hostNames() {
    List<String> words = new ArrayList<>();
    for (String file : List.of("resolv.conf", "hosts")) {
      Path path = Path.of("/etc", file);
      if (Files.exists(path)) {
        try {
          words.addAll(List.of("--ro-bind", path.toRealPath().toString(), path.toString()));
        } catch (IOException e) {
          throw new UncheckedIOException(path + " cannot be read", e);
        }
      }
    }
    return words;
  }

  /** What programs ask for how much there is for them: processors, and the limits of the class. */
  private List<String> machineSeen(InstanceFolder folder) {
    List<String> words = new ArrayList<>();
    for (String parent : List.of("/sys", "/sys/devices", "/sys/devices/system", "/sys/fs")) {
      words.addAll(List.of("--perms", "0755", "--dir", parent));
    }
    words.addAll(List.of("--ro-bind-try", PROCESSORS, PROCESSORS));
    words.addAll(List.of("--perms", "0755", "--dir", ControlGroups.MOUNTED.toString()));
    machine
        .groups()
        .shown(folder.id())
        .forEach(
            (at, group) -> words.addAll(List.of("--ro-bind", group.toString(), at.toString())));
    return words;
  }

  /** It is memory: together three quarters of what there is, so that the programs have some. */
  private static List<String> scratch(Resources resources) {
    long bytes = resources.memoryLimitBytes() == 0 ? 4L << 30 : resources.memoryLimitBytes();
    return List.of(
        "--perms",
        "1777",
        "--size",
        Long.toString(bytes / 2),
        "--tmpfs",
        "/tmp",
        "--perms",
        "1777",
        "--size",
        Long.toString(Math.max(1, bytes / 4)),
        "--tmpfs",
        "/dev/shm",
        "--remount-ro",
        "/dev");
  }

  private List<String> limits(Resources resources) {
    if (machine.groups() != ControlGroups.NONE || Machine.program("prlimit").isEmpty()) {
      return List.of();
    }
    List<String> words = new ArrayList<>();
    if (resources.memoryLimitBytes() > 0) {
      words.add("--data=" + resources.memoryLimitBytes());
    }
    // The kernel counts a user's processes, not an instance's: a guard for the machine, no class's.
    words.add("--nproc=" + MOST_PROCESSES);
    words.add(0, Machine.path("prlimit"));
    return words;
  }
}
