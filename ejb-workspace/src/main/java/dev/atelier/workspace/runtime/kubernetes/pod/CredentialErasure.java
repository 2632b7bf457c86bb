// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.WorkspaceStore;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * Erases the credentials of initializers from pods whose instances need them no more. What is to be
 * done follows from the record and the pod's annotation alone, whichever manager looks; it is tried
 * until it is done, or the pod is gone.
 */
final class CredentialErasure {
  private static final Logger LOG = System.getLogger(CredentialErasure.class.getName());
  private static final String ERASE = "erase";

  /** Where they may be; each may be erased again. */
  interface Places {
    /** Erases them from the Secret of a pod. */
    void secret(Pod pod) throws KubernetesClientException;

    /** Erases them from what a keeper, which runs, was given. */
    CompletableFuture<String> keeper(Pod pod);

    /** Notes in the pod that they are erased. */
    void note(Pod pod) throws KubernetesClientException;
  }

  private final WorkspaceStore store;
  private final Function<String, Optional<Pod>> pods;
  private final BiPredicate<String, Pod> ready;
  private final Places places;
  private final PodTasks tasks;

  /**
   * Does nothing by itself.
   *
   * @param pods what is known of them now, by instance
   * @param ready whether the content of that instance is ready, as its pod shows
   */
  CredentialErasure(
      WorkspaceStore store,
      Function<String, Optional<Pod>> pods,
      BiPredicate<String, Pod> ready,
      Places places,
      PodTasks tasks) {
    this.store = store;
    this.pods = pods;
    this.ready = ready;
    this.places = places;
    this.tasks = tasks;
  }

  /** Begins where a pod shows that its instance may need them no more. */
  void look(PodInstance instance, Pod pod, Observation seen) {
    boolean ending =
        seen.stage() == Stage.ENDED || pod.getMetadata().getDeletionTimestamp() != null;
    if (PodCredentials.of(pod).there() && (seen.contentReady() || ending)) {
      begin(instance, pod, Duration.ZERO);
    }
  }

  /**
   * Begins, whatever another manager has begun.
   *
   * @param record empty: it is gone
   * @return whether there is something to erase
   */
  boolean takeOver(PodInstance instance, Pod pod, Optional<Workspace> record, Duration pause) {
    instance.forgetErasing();
    boolean due = PodCredentials.of(pod).there() && due(instance.id, pod, record);
    if (due) {
      begin(instance, pod, pause);
    }
    return due;
  }

  private void begin(PodInstance instance, Pod pod, Duration pause) {
    String uid = pod.getMetadata().getUid();
    if (instance.beginErasing(uid)) {
      tasks.runAfter(pause, instance, ERASE, () -> erase(instance, uid, PodTasks.FIRST_PAUSE));
    }
  }

  private boolean due(String id, Pod pod, Optional<Workspace> record) {
    boolean held = record.map(known -> known.status().progress().credentialsHeld()).orElse(false);
    return !held || ready.test(id, pod);
  }

  private void erase(PodInstance instance, String uid, Duration pause) throws WorkspaceFault {
    Optional<Pod> known =
        pods.apply(instance.id).filter(pod -> pod.getMetadata().getUid().equals(uid));
    if (known.isEmpty() || !PodCredentials.of(known.get()).there()) {
      return;
    }
    Pod pod = known.get();
    if (!due(instance.id, pod, store.get(instance.id))) {
      // One that was rejected is made again with them; one that ends is recorded as such soon.
      again(instance, uid, pause);
      return;
    }
    switch (PodCredentials.of(pod)) {
      case HELD -> {
        places.secret(pod);
        places.note(pod);
      }
      case GIVEN -> eraseGiven(instance, pod, pause);
      case NONE, ERASED -> {}
    }
  }

  private void eraseGiven(PodInstance instance, Pod pod, Duration pause) {
    PodView view = new PodView(pod);
    String uid = pod.getMetadata().getUid();
    if (view.over()) {
      // What it was given was in memory, and has gone with it.
      return;
    }
    if (!view.running(PodNames.KEEPER)) {
      again(instance, uid, pause);
      return;
    }
    tasks.then(
        places.keeper(pod),
        text -> tasks.run(instance, ERASE, () -> places.note(pod)),
        fault -> {
          Duration next = PodTasks.longer(pause);
          boolean often = next.equals(PodTasks.LONGEST_PAUSE) && !next.equals(pause);
          LOG.log(
              often ? Level.WARNING : Level.DEBUG,
              "instance {0}: its keeper still has the credentials of its initializer, and they are"
                  + " erased later: {1}",
              instance.id,
              fault.getMessage());
          again(instance, uid, pause);
        });
  }

  private void again(PodInstance instance, String uid, Duration pause) {
    tasks.runAfter(pause, instance, ERASE, () -> erase(instance, uid, PodTasks.longer(pause)));
  }
}
