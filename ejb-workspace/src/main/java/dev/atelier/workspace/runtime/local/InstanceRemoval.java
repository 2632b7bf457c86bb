// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Removes instances by force, with all that the manager has of them. */
final class InstanceRemoval {
  private static final Logger LOG = System.getLogger(InstanceRemoval.class.getName());
  private static final Duration SOON = Duration.ofMillis(50);
  private static final int GROUP_TRIES = 100;

  private final LocalHost host;
  private final InstanceEnd ends;
  private final Unsaved unsaved;
  private final DamagedInstances damaged;
  private final LastOutputs lastOutputs;
  private final Map<String, LocalInstance> instances;

  /** What is to be removed, as it was when that was asked for last. */
  private final Map<String, Workspace> asked = new ConcurrentHashMap<>();

  /**
   * Removes nothing yet.
   *
   * @param instances by id, from which it takes what is removed
   */
  InstanceRemoval(
      LocalHost host,
      InstanceEnd ends,
      Unsaved unsaved,
      DamagedInstances damaged,
      LastOutputs lastOutputs,
      Map<String, LocalInstance> instances) {
    this.host = host;
    this.ends = ends;
    this.unsaved = unsaved;
    this.damaged = damaged;
    this.lastOutputs = lastOutputs;
    this.instances = instances;
  }

  /** Removes it once it has ended and nobody saves it any more: once, however often asked. */
  void remove(LocalInstance instance, Workspace workspace) {
    if (asked.put(instance.id, workspace) != null) {
      return;
    }
    boolean accepted = false;
    try {
      host.run(instance, () -> endAndRemove(instance));
      accepted = true;
    } finally {
      if (!accepted) {
        asked.remove(instance.id);
      }
    }
  }

  private void endAndRemove(LocalInstance instance) {
    if (!instance.ended()) {
      ends.terminate(instance, host.clock.instant());
    }
    // Where the workers take nothing any more, the next start of the manager removes it.
    CompletableFuture<Void> unused =
        instance
            .end()
            .thenCompose(ended -> instance.letGo())
            .thenRunAsync(
                () -> host.guarded(instance, () -> removeFreed(instance)), host.workers());
  }

  private void removeFreed(LocalInstance instance) throws IOException, InterruptedException {
    // From now on asking begins anew, for this may fail.
    Workspace workspace = asked.remove(instance.id);
    synchronized (instance.folder) {
      removeEnded(instance, workspace);
    }
    host.tell(instance.id);
  }

  private void removeEnded(LocalInstance instance, Workspace workspace)
      throws IOException, InterruptedException {
    if (!instances.containsKey(instance.id)) {
      return;
    }
    if (damaged.putAside(instance, workspace)) {
      removeGroup(instance.id, GROUP_TRIES);
      instances.remove(instance.id, instance);
      return;
    }
    if (staysUnsaved(instance, workspace) && !FileTree.empty(instance.folder.content())) {
      unsaved.keep(workspace);
    } else {
      FileTree.delete(instance.folder.content());
    }
    lastOutputs.keep(instance.folder);
    discard(instance.folder);
    instances.remove(instance.id, instance);
  }

  /** What was due to be saved and is not; also what was taken over, whoever aborts it. */
  private static boolean staysUnsaved(LocalInstance instance, Workspace workspace)
      throws IOException {
    boolean due =
        workspace.spec().type() == WorkspaceType.REGULAR
            && workspace.stopped()
            && workspace.status().progress().contentReadyAt().isPresent()
            && !workspace.status().conditions().aborted();
    return (due || instance.folder.takenOver().isPresent())
        && !workspace.status().conditions().finalBackupComplete();
  }

  /** Ends what runs, and removes the manager's files of an instance. */
  void discard(InstanceFolder folder) throws IOException, InterruptedException {
    ProcessTree processes = new ProcessTree(host.sandbox, host.machine.groups(), folder);
    processes.kill();
    if (folder.end().isEmpty()) {
      processes.killHelpers();
    }
    FileTree.delete(folder.root());
    Files.deleteIfExists(folder.endMark());
    removeGroup(folder.id(), GROUP_TRIES);
  }

  /** The kernel takes a moment to bury the last processes of a group. */
  private void removeGroup(String id, int tries) {
    try {
      host.machine.groups().remove(id);
    } catch (IOException e) {
      if (tries > 0) {
        host.after(SOON, () -> removeGroup(id, tries - 1));
      } else {
        LOG.log(Level.WARNING, "the control group of " + id + " stays: " + e);
      }
    }
  }
}
