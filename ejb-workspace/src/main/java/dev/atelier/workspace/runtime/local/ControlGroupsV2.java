// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.WorkspaceClass.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Control groups with one hierarchy for all controllers. */
final class ControlGroupsV2 implements ControlGroups {
  private static final List<String> CONTROLLERS = List.of("cpu", "memory", "pids");
  private static final String ENABLE = "+cpu +memory +pids";
  private static final int PERIOD_MICROS = 100_000;

  /** cpu.weight of one CPU, so that shares compare as with v1. */
  private static final int WEIGHT_PER_CPU = 100;

  private final Path base;

  private ControlGroupsV2(Path base) {
    this.base = base;
  }

  /**
   * Those of this machine, if this process may make some: beside its own group, or in its own after
   * moving everybody there into a group below, for only a group without processes can hand on its
   * controllers.
   *
   * @param name of the group that all are made in
   */
  static Optional<ControlGroups> find(Path proc, String name) {
    try {
      Optional<Path> point =
          ControlGroupFiles.mounts(proc.resolve("self/mountinfo")).stream()
              .filter(mount -> mount.type().equals("cgroup2"))
              .map(ControlGroupFiles.Mount::point)
              .findFirst();
      if (point.isEmpty()) {
        return Optional.empty();
      }
      String path = ControlGroupFiles.own(proc.resolve("self/cgroup"), "").orElse("/");
      Path own = point.get().resolve(path.substring(1)).normalize();
      Path parent = own.getParent();
      if (!own.equals(point.get()) && handsOn(parent)) {
        return Optional.of(at(parent, name));
      }
      if (offers(own) && Files.isWritable(own)) {
        Path leaf = Files.createDirectories(own.resolve(name + "-manager"));
        for (long pid : ControlGroupFiles.processes(own)) {
          ControlGroupFiles.write(leaf.resolve("cgroup.procs"), Long.toString(pid));
        }
        return handsOn(own) ? Optional.of(at(own, name)) : Optional.empty();
      }
    } catch (IOException e) {
      return Optional.empty(); // Not ours to write: the warning at the start says so.
    }
    return Optional.empty();
  }

  private static boolean offers(Path group) throws IOException {
    Path controllers = group.resolve("cgroup.controllers");
    return Files.exists(controllers)
        && List.of(Files.readString(controllers).strip().split(" ", -1)).containsAll(CONTROLLERS);
  }

  private static boolean handsOn(Path group) {
    try {
      if (!offers(group) || !Files.isWritable(group)) {
        return false;
      }
      ControlGroupFiles.write(group.resolve("cgroup.subtree_control"), ENABLE);
      return true;
    } catch (IOException e) {
      return false; // It has processes of its own.
    }
  }

  private static ControlGroups at(Path parent, String name) throws IOException {
    Path base = Files.createDirectories(parent.resolve(name));
    ControlGroupFiles.write(base.resolve("cgroup.subtree_control"), ENABLE);
    return new ControlGroupsV2(base);
  }

  @Override
  public String version() {
    return "v2";
  }

  @Override
  public List<Path> create(String id, Resources resources) throws IOException {
    Path group = Files.createDirectories(base.resolve(id));
    long weight = (long) resources.cpuMillis() * WEIGHT_PER_CPU / 1000;
    ControlGroupFiles.write(
        group.resolve("cpu.weight"), Long.toString(Math.min(10_000, Math.max(1, weight))));
    long quota = (long) resources.cpuLimitMillis() * PERIOD_MICROS / 1000;
    ControlGroupFiles.write(
        group.resolve("cpu.max"),
        (quota == 0 ? "max" : Long.toString(Math.max(1000, quota))) + " " + PERIOD_MICROS);
    ControlGroupFiles.write(group.resolve("memory.max"), orMax(resources.memoryLimitBytes()));
    ControlGroupFiles.write(
        group.resolve("pids.max"),
        orMax(resources.processes() == 0 ? 0 : ControlGroups.processes(resources)));
    return List.of(group.resolve("cgroup.procs"));
  }

  private static String orMax(long limit) {
    return limit == 0 ? "max" : Long.toString(limit);
  }

  @Override
  public Map<Path, Path> shown(String id) {
    Path group = base.resolve(id);
    return Files.isDirectory(group) ? Map.of(MOUNTED, group) : Map.of();
  }

  @Override
  public boolean outOfMemory(String id) {
    return ControlGroupFiles.value(base.resolve(id).resolve("memory.events"), "oom_kill") > 0;
  }

  @Override
  public List<Long> processes(String id) {
    return ControlGroupFiles.processes(base.resolve(id));
  }

  @Override
  public void remove(String id) throws IOException {
    ControlGroupFiles.remove(base.resolve(id));
  }

  @Override
  public void removeUnused() throws IOException {
    ControlGroupFiles.removeUnused(base);
  }
}
