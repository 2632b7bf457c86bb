// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.WorkspaceClass.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Control groups with a hierarchy for each controller. */
final class ControlGroupsV1 implements ControlGroups {
  private static final List<String> CONTROLLERS = List.of("cpu", "memory", "pids");

  /**
   * Limit nothing here; but programs believe no limit unless they see these as well. All instances
   * are in one group of each: to make one, the kernel sorts its processors anew.
   */
  private static final List<String> BESIDE = List.of("cpuacct", "cpuset");

  private static final List<String> CPUSET = List.of("cpuset.cpus", "cpuset.mems");
  private static final int PERIOD_MICROS = 100_000;
  private static final int SHARES_PER_CPU = 1024;

  private final Map<String, Path> bases;
  private final Map<String, Path> shared;

  /** The names of the mounted hierarchies: some have two controllers. */
  private final Map<String, Path> names;

  private ControlGroupsV1(
      Map<String, Path> bases, Map<String, Path> shared, Map<String, Path> names) {
    this.bases = bases;
    this.shared = shared;
    this.names = names;
  }

  /**
   * Those of this machine, if this process may make some.
   *
   * @param name of the group that all are made in
   */
  static Optional<ControlGroups> find(Path proc, String name) {
    Map<String, Path> bases = new TreeMap<>();
    Map<String, Path> shared = new TreeMap<>();
    Map<String, Path> names = new TreeMap<>();
    try {
      for (ControlGroupFiles.Mount mount :
          ControlGroupFiles.mounts(proc.resolve("self/mountinfo"))) {
        for (String controller : CONTROLLERS) {
          if (mount.has(controller)) {
            bases.put(controller, base(proc, mount, controller, name));
            names.put(controller, mount.point().getFileName());
          }
        }
        boolean own = CONTROLLERS.stream().anyMatch(mount::has);
        for (String controller : BESIDE) {
          Optional<Path> base =
              mount.has(controller) && !own
                  ? triedBase(proc, mount, controller, name)
                  : Optional.empty();
          base.ifPresent(found -> shared.put(controller, found));
          base.ifPresent(found -> names.put(controller, mount.point().getFileName()));
        }
      }
    } catch (IOException e) {
      return Optional.empty(); // Not ours to write: the warning at the start says so.
    }
    return bases.keySet().containsAll(CONTROLLERS)
        ? Optional.of(new ControlGroupsV1(bases, shared, names))
        : Optional.empty();
  }

  private static Path base(Path proc, ControlGroupFiles.Mount mount, String controller, String name)
      throws IOException {
    String own = ControlGroupFiles.own(proc.resolve("self/cgroup"), controller).orElse("/");
    Path nested = mount.point().resolve(own.substring(1));
    return Files.createDirectories(
        (Files.isDirectory(nested) ? nested : mount.point()).resolve(name));
  }

  /** Limits work without it. */
  private static Optional<Path> triedBase(
      Path proc, ControlGroupFiles.Mount mount, String controller, String name) {
    try {
      Path base = base(proc, mount, controller, name);
      if (controller.equals("cpuset")) {
        inherit(base);
      }
      return Optional.of(base);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** A new group has no processor and no memory; nobody can join it before it has. */
  private static void inherit(Path group) throws IOException {
    for (String file : CPUSET) {
      if (Files.readString(group.resolve(file)).isBlank()) {
        String above = Files.readString(group.resolveSibling(file)).strip();
        ControlGroupFiles.write(group.resolve(file), above);
      }
    }
  }

  @Override
  public String version() {
    return "v1";
  }

  @Override
  public List<Path> create(String id, Resources resources) throws IOException {
    Path cpu = Files.createDirectories(group("cpu", id));
    Path memory = Files.createDirectories(group("memory", id));
    Path pids = Files.createDirectories(group("pids", id));
    long shares = Math.max(2, (long) resources.cpuMillis() * SHARES_PER_CPU / 1000);
    ControlGroupFiles.write(cpu.resolve("cpu.shares"), Long.toString(shares));
    long quota = (long) resources.cpuLimitMillis() * PERIOD_MICROS / 1000;
    ControlGroupFiles.writeIfThere(
        cpu.resolve("cpu.cfs_quota_us"), quota == 0 ? "-1" : Long.toString(Math.max(1000, quota)));
    long bytes = resources.memoryLimitBytes();
    ControlGroupFiles.write(
        memory.resolve("memory.limit_in_bytes"), bytes == 0 ? "-1" : Long.toString(bytes));
    ControlGroupFiles.write(
        pids.resolve("pids.max"),
        resources.processes() == 0 ? "max" : Integer.toString(ControlGroups.processes(resources)));
    // That of the processes first: by it those that are left are found.
    Set<Path> joined = new LinkedHashSet<>(List.of(pids, cpu, memory));
    joined.addAll(shared.values());
    return joined.stream().map(group -> group.resolve("cgroup.procs")).toList();
  }

  @Override
  public Map<Path, Path> shown(String id) {
    Map<Path, Path> shown = new TreeMap<>();
    bases.keySet().stream()
        .filter(controller -> Files.isDirectory(group(controller, id)))
        .forEach(
            controller -> shown.put(MOUNTED.resolve(names.get(controller)), group(controller, id)));
    if (!shown.isEmpty()) {
      shared.forEach(
          (controller, group) -> shown.put(MOUNTED.resolve(names.get(controller)), group));
    }
    return shown;
  }

  @Override
  public boolean outOfMemory(String id) {
    return ControlGroupFiles.value(group("memory", id).resolve("memory.oom_control"), "oom_kill")
        > 0;
  }

  @Override
  public List<Long> processes(String id) {
    return ControlGroupFiles.processes(group("pids", id));
  }

  @Override
  public void remove(String id) throws IOException {
    for (String controller : bases.keySet()) {
      ControlGroupFiles.remove(group(controller, id));
    }
  }

  @Override
  public void removeUnused() throws IOException {
    for (Path base : bases.values()) {
      ControlGroupFiles.removeUnused(base);
    }
    for (Path group : shared.values()) {
      if (ControlGroupFiles.processes(group).isEmpty()) {
        ControlGroupFiles.removeUnused(group);
      }
    }
  }

  private Path group(String controller, String id) {
    return bases.get(controller).resolve(id);
  }
}
