// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static dev.atelier.workspace.runtime.kubernetes.pod.PodTasks.FIRST_PAUSE;

import dev.atelier.workspace.content.backup.BackupFault;
import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.runtime.SnapshotLookup;
import dev.atelier.workspace.store.WorkspaceStore;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Brings instances from a launch to a pod, once what they wait for is there. */
final class PodStarts {
  private static final Logger LOG = System.getLogger(PodStarts.class.getName());
  private static final String LAUNCH = "launch";

  private final WorkspaceStore store;
  private final SnapshotLookup snapshots;
  private final PodWatch watch;
  private final UnsavedPods unsaved;
  private final PodLaunch launches;
  private final KeeperExec keepers;
  private final PodTasks tasks;
  private final Consumer<String> tell;

  PodStarts(
      WorkspaceStore store,
      SnapshotLookup snapshots,
      PodWatch watch,
      UnsavedPods unsaved,
      PodLaunch launches,
      KeeperExec keepers,
      PodTasks tasks,
      Consumer<String> tell) {
    this.store = store;
    this.snapshots = snapshots;
    this.watch = watch;
    this.unsaved = unsaved;
    this.launches = launches;
    this.keepers = keepers;
    this.tasks = tasks;
    this.tell = tell;
  }

  void launch(PodInstance instance, Workspace workspace) throws WorkspaceFault {
    if (watch.pod(instance.id).isEmpty()) {
      instance.launch();
      tasks.command(instance, LAUNCH, () -> make(instance, workspace, FIRST_PAUSE));
    }
  }

  private void make(PodInstance instance, Workspace workspace, Duration pause)
      throws WorkspaceFault {
    if (instance.cancelled() || watch.pod(instance.id).isPresent()) {
      tell.accept(instance.id);
      return;
    }
    Optional<String> before = unsaved.ofSame(workspace);
    if (before.isPresent()) {
      // What it would start from is older than what is there still.
      instance.say("waits until the content of instance " + before.get() + " is saved", true);
      tell.accept(instance.id);
      again(instance, workspace, pause);
      return;
    }
    Optional<WorkspaceSecrets> secrets = store.secrets(instance.id);
    if (secrets.isEmpty() || !snapshotsAreThere(instance, workspace)) {
      return;
    }
    try {
      Optional<String> adopted = launches.make(workspace, secrets.get());
      if (adopted.isPresent()) {
        deliver(instance, adopted.get());
      }
      if (instance.cancelled()) {
        launches.delete(adopted.orElse(PodNames.pod(instance.id, workspace.spec().type())));
      }
    } catch (PodLaunch.Refused e) {
      instance.fail(e.getMessage());
      tell.accept(instance.id);
    } catch (KubernetesClientException e) {
      later(instance, workspace, pause, PodLaunch.words(e), e);
    } catch (BackupFault e) {
      later(instance, workspace, pause, e.getMessage(), e);
    } catch (InterruptedException e) {
      // Whoever takes over looks at it again.
      Thread.currentThread().interrupt();
    }
  }

  private void later(
      PodInstance instance, Workspace workspace, Duration pause, String why, Exception fault) {
    LOG.log(Level.DEBUG, "instance " + instance.id + ": its pod is not made yet", fault);
    if (instance.say("its pod cannot be made yet: " + why, false)) {
      tell.accept(instance.id);
    }
    again(instance, workspace, pause);
  }

  /** Gives a pod that was made before its instance what is known of that now. */
  void deliver(PodInstance instance, String pod) {
    if (instance.beginDelivery()) {
      tasks.run(instance, "deliver", () -> delivery(instance, pod, FIRST_PAUSE));
    }
  }

  private void delivery(PodInstance instance, String pod, Duration pause) throws WorkspaceFault {
    Optional<Workspace> workspace = store.get(instance.id);
    Optional<WorkspaceSecrets> secrets = store.secrets(instance.id);
    if (workspace.isEmpty() || secrets.isEmpty()) {
      return;
    }
    try {
      tasks.then(
          keepers.give(pod, launches.texts(workspace.get(), secrets.get(), PodVolume.EPHEMERAL)),
          text -> {},
          fault -> {
            LOG.log(Level.DEBUG, "instance {0}: {1}", instance.id, fault.getMessage());
            if (!instance.cancelled()) {
              Duration next = PodTasks.longer(pause);
              tasks.runAfter(pause, instance, "deliver", () -> delivery(instance, pod, next));
            }
          });
    } catch (PodLaunch.Refused e) {
      instance.fail(e.getMessage());
      tell.accept(instance.id);
    }
  }

  private void again(PodInstance instance, Workspace workspace, Duration pause) {
    tasks.runAfter(
        pause, instance, LAUNCH, () -> make(instance, workspace, PodTasks.longer(pause)));
  }

  /** Whether no snapshot is under way that it starts from; else it is made when that is over. */
  private boolean snapshotsAreThere(PodInstance instance, Workspace workspace) {
    for (SnapshotUrl url : workspace.spec().initializer().snapshotUrls()) {
      CompletableFuture<Optional<Snapshot>> settled = snapshots.settled(url.id());
      if (!settled.isDone()) {
        instance.say("waiting for the snapshot that it starts from", true);
        tell.accept(instance.id);
        CompletableFuture<Optional<Snapshot>> unused =
            settled.whenComplete(
                (found, fault) ->
                    tasks.run(instance, LAUNCH, () -> make(instance, workspace, FIRST_PAUSE)));
        return false;
      }
      if (settled.isCompletedExceptionally()) {
        again(instance, workspace, FIRST_PAUSE);
        return false;
      }
      Optional<String> refusal = settled.join().flatMap(Snapshot::refusal);
      if (refusal.isPresent() && !workspace.spec().initializer().optional(url)) {
        instance.fail(
            "Content initialization failed: the snapshot that it starts from " + refusal.get());
        tell.accept(instance.id);
        return false;
      }
    }
    return true;
  }
}
