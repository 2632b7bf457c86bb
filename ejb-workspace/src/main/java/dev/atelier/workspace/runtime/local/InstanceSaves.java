// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.GitStatus;
import dev.atelier.workspace.domain.Observation.Disposal;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.Workspace;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Copies the content of instances while they live, and saves it when they have ended. */
final class InstanceSaves {
  private static final Logger LOG = System.getLogger(InstanceSaves.class.getName());
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final LocalHost host;
  private final InstanceContent content;
  private final ContentSandboxes sandboxes;
  private final Slots slots;

  /**
   * Saves nothing yet.
   *
   * @param slots bound how many instances are saved side by side
   */
  InstanceSaves(LocalHost host, InstanceContent content, ContentSandboxes sandboxes, Slots slots) {
    this.host = host;
    this.content = content;
    this.sandboxes = sandboxes;
    this.slots = slots;
  }

  void copy(LocalInstance instance, Workspace workspace, Capture capture) {
    synchronized (instance) {
      boolean busy =
          instance.seen().captures().stream()
              .anyMatch(c -> c.id().equals(capture.id()) || c.state() == SaveState.RUNNING);
      if (busy || !instance.seen().contentReady()) {
        return;
      }
      see(instance, capture, SaveState.RUNNING, "", Duration.ZERO, "");
    }
    slots.run(() -> host.guarded(instance, () -> makeCopy(instance, workspace, capture)));
  }

  private void makeCopy(LocalInstance instance, Workspace workspace, Capture capture)
      throws InterruptedException {
    if (!instance.beginSave()) {
      return;
    }
    Instant began = host.clock.instant();
    try {
      String url = content.copy(workspace, capture, sandboxes.of(instance));
      Duration took = Duration.between(began, host.clock.instant());
      see(instance, capture, SaveState.COMPLETE, url, took, "");
    } catch (InstanceContent.Failure | IOException e) {
      LOG.log(Level.WARNING, "instance {0}: {1} failed: {2}", instance.id, capture.kind(), e);
      Duration took = Duration.between(began, host.clock.instant());
      see(instance, capture, SaveState.FAILED, "", took, words(e));
    } finally {
      instance.endSave();
    }
  }

  private void see(
      LocalInstance instance,
      Capture capture,
      SaveState state,
      String url,
      Duration took,
      String message) {
    Capture.Seen seen = new Capture.Seen(capture.id(), state, url, took, message);
    host.update(instance, before -> before.withCaptures(List.of(seen)));
  }

  /** Saves an instance that has ended, once no copy of it is made any more. */
  void dispose(LocalInstance instance, Workspace workspace, Save save) {
    synchronized (instance) {
      boolean copying =
          instance.seen().captures().stream().anyMatch(c -> c.state() == SaveState.RUNNING);
      if (copying || !instance.ended() || instance.seen().disposal().state() != SaveState.NONE) {
        return;
      }
      see(instance, new Disposal(SaveState.RUNNING, "", Optional.empty(), ""));
    }
    slots.run(() -> host.guarded(instance, () -> save(instance, workspace, save, FIRST_PAUSE)));
  }

  private void save(LocalInstance instance, Workspace workspace, Save save, Duration pause)
      throws InterruptedException {
    if (!instance.beginSave()) {
      return;
    }
    try {
      look(instance, workspace);
      if (workspace.spec().headless()) {
        saveLog(instance, workspace);
      }
      String url = saved(instance, workspace, save);
      see(instance, new Disposal(SaveState.COMPLETE, url, Optional.empty(), ""));
    } catch (InstanceContent.Failure | IOException e) {
      LOG.log(
          Level.WARNING,
          "instance {0} is not saved yet, to be tried again in {1} s: {2}",
          instance.id,
          pause.toSeconds(),
          e);
      String message = "its content is not saved yet, and is tried again: " + words(e);
      see(instance, new Disposal(SaveState.RUNNING, "", Optional.empty(), message));
      Duration twice = pause.multipliedBy(2);
      Duration next = twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
      host.after(
          pause,
          () ->
              slots.run(() -> host.guarded(instance, () -> save(instance, workspace, save, next))));
    } finally {
      instance.endSave();
    }
  }

  private String saved(LocalInstance instance, Workspace workspace, Save save)
      throws InstanceContent.Failure, IOException, InterruptedException {
    return switch (save) {
      case NOTHING -> "";
      case BACKUP ->
          content.saveBackup(Unsaved.of(workspace, host.clock.instant()), sandboxes.of(instance));
      case SNAPSHOT ->
          content.saveSnapshot(
              workspace,
              workspace.status().progress().snapshotId().orElseThrow(),
              sandboxes.of(instance));
    };
  }

  /** What it has written is good to have; its content is saved without it too. */
  private void saveLog(LocalInstance instance, Workspace workspace) throws InterruptedException {
    if (!Files.exists(instance.folder.output())) {
      return;
    }
    try (InputStream log = OutputLog.kept(instance.folder)) {
      content.saveLog(workspace, log);
    } catch (InstanceContent.Failure | IOException e) {
      LOG.log(Level.WARNING, "instance {0}: its log is not kept: {1}", instance.id, words(e));
    }
  }

  private void see(LocalInstance instance, Disposal disposal) {
    host.update(instance, before -> before.withDisposal(disposal));
  }

  /**
   * Takes the git status of the first checkout; without one there is none to take. Only of an
   * instance that has ended: a living one could change its files under git's hands.
   */
  private void look(LocalInstance instance, Workspace workspace)
      throws IOException, InterruptedException {
    Optional<String> checkout =
        workspace.spec().initializer().checkoutLocations().stream().findFirst();
    if (checkout.isEmpty() || !instance.seen().contentReady()) {
      return;
    }
    try {
      GitStatus status = content.status(sandboxes.of(instance), checkout.get());
      host.update(instance, seen -> seen.withRepo(Optional.of(status)));
    } catch (InstanceContent.Failure e) {
      LOG.log(Level.INFO, "instance " + instance.id + ": no git status: " + e.getMessage());
    }
  }

  private static String words(Exception e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
