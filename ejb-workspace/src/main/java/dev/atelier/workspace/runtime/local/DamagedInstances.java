// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.Observation.Disposal;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Instances whose files cannot be read at a start of the manager. Each is shown as failed, with the
 * file's name, and keeps nobody else from going on. Nothing of it is deleted: its content stays as
 * content that is not saved, or beside the manager's own files about it, in the folder {@code
 * damaged}.
 */
final class DamagedInstances {
  private static final Logger LOG = System.getLogger(DamagedInstances.class.getName());

  private final Path data;
  private final LocalHost host;
  private final Unsaved unsaved;

  /** What is wrong, by instance. */
  private final Map<String, String> damages = new ConcurrentHashMap<>();

  DamagedInstances(Path data, LocalHost host, Unsaved unsaved) {
    this.data = data;
    this.host = host;
    this.unsaved = unsaved;
  }

  /** Shows it as failed, and ends what runs of it as far as that can be found. */
  void show(LocalInstance instance, Exception fault) {
    String words = fault.getMessage() == null ? fault.toString() : fault.getMessage();
    damages.put(instance.id, words);
    LOG.log(Level.WARNING, "instance {0} cannot go on: {1}", instance.id, words);
    kill(instance);
    boolean contentReady = instance.workspace().status().progress().contentReadyAt().isPresent();
    host.update(
        instance,
        seen ->
            seen.with(
                s ->
                    s.stage(Stage.ENDED)
                        .ready(false)
                        .contentReady(contentReady)
                        .failure("it cannot go on: " + words)));
  }

  private void kill(LocalInstance instance) {
    ProcessTree processes = host.processes(instance);
    try {
      processes.killHelpers();
      processes.kill();
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "processes of instance {0} may be left: {1}", instance.id, e);
    }
  }

  /** Says that it is not saved, where it is one of these. */
  boolean dispose(LocalInstance instance, Save save) {
    String words = damages.get(instance.id);
    if (words == null) {
      return false;
    }
    Disposal disposal =
        save == Save.NOTHING
            ? new Disposal(SaveState.COMPLETE, "", Optional.empty(), "")
            : new Disposal(
                SaveState.FAILED, "", Optional.empty(), "its content stays here, since " + words);
    host.update(instance, seen -> seen.withDisposal(disposal));
    return true;
  }

  /** Puts all of it aside, where it is one of these. */
  boolean putAside(LocalInstance instance, Workspace workspace) throws IOException {
    if (!damages.containsKey(instance.id)) {
      return false;
    }
    InstanceFolder folder = instance.folder;
    Path aside = aside(instance.id);
    boolean content = Files.exists(folder.content(), LinkOption.NOFOLLOW_LINKS);
    if (content && workspace.spec().type() == WorkspaceType.REGULAR) {
      unsaved.keep(workspace);
    } else if (content) {
      Files.move(folder.content(), aside.resolve("content"), StandardCopyOption.ATOMIC_MOVE);
    }
    if (Files.exists(folder.root(), LinkOption.NOFOLLOW_LINKS)) {
      Files.move(folder.root(), aside.resolve("instance"), StandardCopyOption.ATOMIC_MOVE);
    }
    Files.deleteIfExists(folder.endMark());
    damages.remove(instance.id);
    LOG.log(
        Level.WARNING,
        "what is known of the damaged instance {0} stays in {1}",
        instance.id,
        aside);
    return true;
  }

  /** A folder that nobody has used yet. */
  private Path aside(String id) throws IOException {
    Path damaged = Files.createDirectories(data.resolve("damaged"));
    return Files.createTempDirectory(damaged, id + "-");
  }
}
