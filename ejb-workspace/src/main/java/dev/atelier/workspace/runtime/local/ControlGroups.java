// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.WorkspaceClass.Resources;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The kernel's control groups, as far as this manager may make some. */
interface ControlGroups {
  /** Where programs look for control groups. */
  Path MOUNTED = Path.of("/sys/fs/cgroup");

  /** What a machine without any does: nothing. */
  ControlGroups NONE =
      new ControlGroups() {
        @Override
        public String version() {
          return "";
        }

        @Override
        public List<Path> create(String id, Resources resources) {
          return List.of();
        }

        @Override
        public Map<Path, Path> shown(String id) {
          return Map.of();
        }

        @Override
        public boolean outOfMemory(String id) {
          return false;
        }

        @Override
        public List<Long> processes(String id) {
          return List.of();
        }

        @Override
        public void remove(String id) {
          // There is nothing to remove.
        }

        @Override
        public void removeUnused() {
          // There is nothing to remove.
        }
      };

  /** v1 or v2; empty: there are none. */
  String version();

  /**
   * Makes the group of an instance, or sets its limits anew.
   *
   * @return the files that a process writes 0 to, so that it and its children are in the group
   */
  List<Path> create(String id, Resources resources) throws IOException;

  /**
   * What says the limits of a group that was made to those in it: folders of this machine, by where
   * they look for them. No limit or figure of another instance's group is in there; what limits
   * nothing may be one group for all.
   */
  Map<Path, Path> shown(String id);

  /** Whether the kernel has killed a process of the group for its memory. */
  boolean outOfMemory(String id);

  /** Who is in the group now; empty when it is not there. */
  List<Long> processes(String id);

  /** Removes the group; nothing happens when it is not there. */
  void remove(String id) throws IOException;

  /** Removes what all groups of instances are in, unless there are some. */
  void removeUnused() throws IOException;

  /** What the sandbox itself needs of a limit of processes. */
  static int processes(Resources resources) {
    return resources.processes() + 8;
  }
}
