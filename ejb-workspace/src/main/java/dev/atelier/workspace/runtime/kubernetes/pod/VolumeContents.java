// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceType;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** What becomes of content that lies in volumes of its own. */
final class VolumeContents {
  private final VolumeWatch watch;
  private final PodVolumes volumes;
  private final VolumeSnapshots snapshots;
  private final Function<WorkspaceType, Optional<String>> classes;
  private final PodTasks tasks;
  private final Consumer<String> tell;

  /** {@code classes}: by which volume snapshots are brought back, by type of their instance. */
  VolumeContents(
      VolumeWatch watch,
      PodVolumes volumes,
      VolumeSnapshots snapshots,
      Function<WorkspaceType, Optional<String>> classes,
      PodTasks tasks,
      Consumer<String> tell) {
    this.watch = watch;
    this.volumes = volumes;
    this.snapshots = snapshots;
    this.classes = classes;
    this.tasks = tasks;
    this.tell = tell;
  }

  /** Adds to what is seen of a pod how far the snapshot of its volume is. */
  Observation with(String id, Pod pod, Observation seen) {
    boolean snapshotted =
        seen.stage() == Stage.ENDED
            && seen.disposal().state() == SaveState.NONE
            && new PodView(pod).snapshotClass().isPresent();
    return snapshotted ? seen.withDisposal(snapshots.disposal(id)) : seen;
  }

  /** Asks for what the watch does not tell. */
  void look(PodInstance instance) {
    if (snapshots.handleWanted(instance.id)) {
      tasks.run(instance, "handle", () -> readHandle(instance.id));
    }
  }

  private void readHandle(String id) throws WorkspaceFault {
    snapshots.readHandle(id);
    tell.accept(id);
  }

  /** Has a snapshot made of the volume of a pod, where that is its backup. */
  void dispose(PodInstance instance, PodView pod, Workspace workspace, Save save)
      throws WorkspaceFault {
    if (save != Save.BACKUP || pod.snapshotClass().isEmpty() || pod.claim().isEmpty()) {
      return;
    }
    String claim = pod.claim().get();
    if (!watch.snapshotsThere()) {
      instance.unsaved(
          "the cluster has no volume snapshots; its content is in volume claim " + claim);
      tell.accept(instance.id);
      return;
    }
    String by = pod.snapshotClass().get();
    tasks.command(instance, "volume snapshot", () -> snapshots.make(workspace, claim, by));
  }

  /** What becomes of its volume, and of volume snapshots that are older than its backup. */
  void settle(PodInstance instance, Workspace workspace) throws WorkspaceFault {
    tasks.command(instance, "settle", () -> settled(workspace));
  }

  private void settled(Workspace workspace) {
    volumes.settle(workspace);
    snapshots.forget(workspace.id());
    Conditions conditions = workspace.status().conditions();
    if (workspace.stopped()
        && workspace.spec().type() == WorkspaceType.REGULAR
        && conditions.finalBackupComplete()
        && conditions.volumeSnapshot().isEmpty()) {
      snapshots.superseded(workspace.spec().owner(), workspace.spec().metaId());
    }
  }

  /** Keeps the volume of an instance that nothing else is known of. */
  void keep(PodInstance instance) {
    tasks.run(instance, "keep", () -> volumes.keep(instance.id));
  }

  boolean letGo(String id) throws WorkspaceFault {
    try {
      return volumes.letGo(id);
    } catch (KubernetesClientException e) {
      throw WorkspaceFault.unavailable("the Kubernetes API server: " + PodLaunch.words(e), e);
    }
  }

  boolean deleteSnapshot(String name, String handle, boolean soft, WorkspaceType type)
      throws WorkspaceFault {
    if (!watch.snapshotsThere()) {
      return false;
    }
    try {
      return snapshots.delete(name, soft ? "" : handle, classes.apply(type));
    } catch (KubernetesClientException e) {
      throw WorkspaceFault.unavailable("the Kubernetes API server: " + PodLaunch.words(e), e);
    }
  }
}
