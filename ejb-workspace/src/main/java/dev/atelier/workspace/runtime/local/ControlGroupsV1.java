// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.WorkspaceClass.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Control groups with a hierarchy for each controller. */
final class ControlGroupsV1 implements ControlGroups {
  private static final List<String> CONTROLLERS = List.of("cpu", "memory", "pids");
  private static final int PERIOD_MICROS = 100_000;
  private static final int SHARES_PER_CPU = 1024;

  private final Map<String, Path> bases;

  private ControlGroupsV1(Map<String, Path> bases) {
    this.bases = bases;
  }

  /**
   * Those of this machine, if this process may make some.
   *
   * @param name of the group that all are made in
   */
  static Optional<ControlGroups> find(Path proc, String name) {
    Map<String, Path> bases = new TreeMap<>();
    try {
      for (ControlGroupFiles.Mount mount :
          ControlGroupFiles.mounts(proc.resolve("self/mountinfo"))) {
        for (String controller : CONTROLLERS) {
          if (mount.type().equals("cgroup") && mount.options().contains(controller)) {
            String own = ControlGroupFiles.own(proc.resolve("self/cgroup"), controller).orElse("/");
            Path nested = mount.point().resolve(own.substring(1));
            Path base = (Files.isDirectory(nested) ? nested : mount.point()).resolve(name);
            bases.put(controller, Files.createDirectories(base));
          }
        }
      }
    } catch (IOException e) {
      return Optional.empty(); // Not ours to write: the warning at the start says so.
    }
    return bases.keySet().containsAll(CONTROLLERS)
        ? Optional.of(new ControlGroupsV1(bases))
        : Optional.empty();
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
    return List.of(
        cpu.resolve("cgroup.procs"), memory.resolve("cgroup.procs"), pids.resolve("cgroup.procs"));
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
    for (String controller : CONTROLLERS) {
      ControlGroupFiles.remove(group(controller, id));
    }
  }

  @Override
  public void removeUnused() throws IOException {
    for (Path base : bases.values()) {
      ControlGroupFiles.removeUnused(base);
    }
  }

  private Path group(String controller, String id) {
    return bases.get(controller).resolve(id);
  }
}
