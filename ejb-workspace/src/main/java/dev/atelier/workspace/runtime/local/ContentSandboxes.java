// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.content.ContentSandbox;
import dev.atelier.workspace.domain.WorkspaceClass;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;

/** Makes the sandboxes in which programs work on content. */
final class ContentSandboxes {
  private final LocalHost host;
  private final Function<String, WorkspaceClass> classes;
  private final ExecutorService spawner;

  /**
   * Makes none yet.
   *
   * @param classes by id
   * @param spawner see {@link LocalContentSandbox}
   */
  ContentSandboxes(
      LocalHost host, Function<String, WorkspaceClass> classes, ExecutorService spawner) {
    this.host = host;
    this.classes = classes;
    this.spawner = spawner;
  }

  /** In the limits of the instance's class, with a home of its own. */
  ContentSandbox of(LocalInstance instance) throws IOException {
    WorkspaceClass its = classes.apply(instance.workspace().spec().workspaceClass());
    FileTree.make(instance.folder.contentHome(), host.machine);
    List<Path> groups = host.machine.groups().create(instance.id, its.resources());
    return new LocalContentSandbox(host.sandbox, instance.folder, groups, spawner);
  }

  /** For content whose instance is gone. */
  ContentSandbox of(InstanceFolder folder) throws IOException {
    FileTree.makePassable(folder.root());
    FileTree.make(folder.contentHome(), host.machine);
    return new LocalContentSandbox(host.sandbox, folder, List.of(), spawner);
  }
}
