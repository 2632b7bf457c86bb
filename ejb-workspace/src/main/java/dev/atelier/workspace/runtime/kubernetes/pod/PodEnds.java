// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static dev.atelier.workspace.runtime.kubernetes.pod.PodTasks.FIRST_PAUSE;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceType;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Ends pods, and lets go of those that have ended. */
final class PodEnds {
  private static final Logger LOG = System.getLogger(PodEnds.class.getName());
  private static final Duration SHORT_TALK = Duration.ofSeconds(15);
  private static final Duration AT_ONCE = Duration.ofSeconds(1);
  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;

  private final KubernetesClient client;
  private final String namespace;
  private final PodWatch watch;
  private final KeeperExec keepers;
  private final PodTasks tasks;

  PodEnds(
      KubernetesClient client,
      String namespace,
      PodWatch watch,
      KeeperExec keepers,
      PodTasks tasks) {
    this.client = client;
    this.namespace = namespace;
    this.watch = watch;
    this.keepers = keepers;
    this.tasks = tasks;
  }

  /**
   * Ends the pod of an instance, which is not known any more where there is no {@code record}. What
   * its containers do by themselves they are not told.
   */
  void terminate(PodInstance instance, Pod pod, Optional<Workspace> record, Duration grace)
      throws WorkspaceFault {
    boolean abort =
        record
            .flatMap(known -> known.controls().stop())
            .map(stop -> stop == StopPolicy.ABORT)
            .orElse(false);
    if (instance.tell(grace, abort)) {
      List<String> pending =
          record.stream()
              .flatMap(known -> known.status().progress().captures().pending().stream())
              .filter(capture -> capture.kind() == Capture.Kind.SNAPSHOT)
              .map(Capture::id)
              .toList();
      boolean usual =
          grace.equals(StopPolicy.NORMALLY.grace())
              && !abort
              && pending.isEmpty()
              && record.map(known -> known.spec().type() == WorkspaceType.REGULAR).orElse(false);
      tasks.command(
          instance,
          "stop",
          usual ? () -> delete(instance, pod) : () -> stop(instance, pod, grace, abort, pending));
    }
  }

  /** Ends it with all that it holds. */
  void abort(PodInstance instance, Pod pod) throws WorkspaceFault {
    tasks.commandAnyhow(instance, "stop", () -> stop(instance, pod, AT_ONCE, true, List.of()));
  }

  /** The keeper is told how, before the pod is told that. */
  private void stop(
      PodInstance instance, Pod pod, Duration grace, boolean abort, List<String> pending) {
    PodView view = new PodView(pod);
    if (!view.running(PodNames.KEEPER)) {
      delete(instance, pod);
      return;
    }
    List<String> words = new ArrayList<>(List.of("/agent/stop", PodPaths.STATE));
    words.addAll(List.of(Long.toString(grace.toSeconds()), abort ? "abort" : "save"));
    words.addAll(pending);
    tasks.then(
        keepers.run(view.name(), SHORT_TALK, words),
        text -> delete(instance, pod),
        fault -> {
          LOG.log(
              Level.WARNING,
              "instance {0} ends with the usual grace: {1}",
              instance.id,
              fault.getMessage());
          delete(instance, pod);
        });
  }

  private void delete(PodInstance instance, Pod pod) {
    if (!new PodView(pod).deleted()) {
      deleteOrRetry(instance, pod, FIRST_PAUSE);
    }
  }

  private void deleteOrRetry(PodInstance instance, Pod pod, Duration pause) {
    try {
      delete(pod, null);
    } catch (KubernetesClientException e) {
      LOG.log(Level.DEBUG, "instance " + instance.id + ": its pod is not deleted yet", e);
      tasks.runAfter(
          pause,
          instance,
          "delete",
          () -> {
            if (watch.pod(instance.id).isPresent()) {
              deleteOrRetry(instance, pod, PodTasks.longer(pause));
            }
          });
    }
  }

  /** Removes what is left of an instance. */
  void remove(PodInstance instance) throws WorkspaceFault {
    tasks.command(instance, "remove", () -> removed(instance));
  }

  /** Lets go of a pod that has ended, and ends one that has not. */
  private void removed(PodInstance instance) {
    Optional<Pod> known = watch.pod(instance.id);
    if (known.isEmpty()) {
      return;
    }
    Pod pod = known.get();
    PodView view = new PodView(pod);
    boolean over =
        view.node().isEmpty() || watch.nodeGone(pod) || watch.unreachable(pod) || view.over();
    try {
      Long grace = pod.getMetadata().getDeletionGracePeriodSeconds();
      if (!over && (!view.deleted() || grace == null || grace > 1)) {
        delete(pod, AT_ONCE.toSeconds());
      }
      if (over && instance.letGo(pod.getMetadata().getUid())) {
        if (!view.deleted()) {
          delete(pod, 0L);
        }
        letGo(pod);
      }
    } catch (KubernetesClientException e) {
      LOG.log(Level.DEBUG, "instance " + instance.id + ": its pod is not removed yet", e);
      instance.letGo("");
      tasks.runAfter(FIRST_PAUSE, instance, "remove", () -> removed(instance));
    }
  }

  /**
   * Asks for the end of this very pod: a later one of its name, which another manager made, stays.
   *
   * @param grace in seconds; null: the one that it was made with
   */
  private void delete(Pod pod, Long grace) {
    DeleteOptions options =
        new DeleteOptionsBuilder()
            .withGracePeriodSeconds(grace)
            .withNewPreconditions()
            .withUid(pod.getMetadata().getUid())
            .endPreconditions()
            .build();
    String path = "/api/v1/namespaces/%s/pods/%s";
    try {
      client.raw(path.formatted(namespace, pod.getMetadata().getName()), "DELETE", options);
    } catch (KubernetesClientException e) {
      if (e.getCode() != NOT_FOUND && e.getCode() != CONFLICT) {
        throw e;
      }
    }
  }

  private void letGo(Pod pod) {
    List<String> others =
        pod.getMetadata().getFinalizers().stream()
            .filter(finalizer -> !finalizer.equals(PodNames.FINALIZER))
            .map(finalizer -> '"' + finalizer + '"')
            .toList();
    String patch =
        "{\"metadata\":{\"uid\":\"%s\",\"finalizers\":[%s]}}"
            .formatted(pod.getMetadata().getUid(), String.join(",", others));
    try {
      // Of one that is only named the client would read first what is known here.
      client
          .pods()
          .inNamespace(namespace)
          .resource(pod)
          .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    } catch (KubernetesClientException e) {
      if (e.getCode() != NOT_FOUND && e.getCode() != CONFLICT) {
        throw e;
      }
    }
  }
}
