// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.Adoption;
import dev.atelier.workspace.runtime.kubernetes.state.WorkspaceCache.Known;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Sees to resources that want something done beside the lifecycle, on the manager that acts: those
 * that somebody has made or deleted by hand, and those that were left half made.
 */
public final class Caretaker implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Caretaker.class.getName());
  private static final Duration AGAIN = Duration.ofSeconds(5);

  private final KubernetesWorkspaceStore store;
  private final WorkspaceCache cache;
  private final Admission admission;
  private final Adoption adoption;
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService worker;
  private volatile boolean acts;

  /** Does nothing before {@link #lead}. */
  public Caretaker(KubernetesWorkspaceStore store, Adoption adoption) {
    this.store = store;
    this.cache = store.cache();
    this.admission = store.admission();
    this.adoption = adoption;
    this.worker =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "caretaker");
              thread.setDaemon(true);
              return thread;
            });
    cache.caretaker(id -> later(id, Duration.ZERO));
  }

  /** Acts from now on, first on all that waits. */
  public void lead() {
    acts = true;
    cache.unsettled().forEach(id -> later(id, Duration.ZERO));
  }

  /** Acts no more. */
  public void rest() {
    acts = false;
  }

  private void later(String id, Duration pause) {
    if (!acts || !waiting.add(id)) {
      return;
    }
    try {
      var unused =
          worker.schedule(
              () -> {
                waiting.remove(id);
                care(id);
              },
              pause.toMillis(),
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "left to the next manager");
    }
  }

  private void care(String id) {
    if (!acts) {
      return;
    }
    try {
      Optional<Known> known = cache.get(id);
      Optional<WorkspaceResource> other = cache.other(id);
      if (known.isPresent() && known.get().deletionRequested()) {
        end(known.get().workspace());
      } else if (known.isEmpty() && other.isPresent()) {
        settle(id, other.get());
      }
    } catch (WorkspaceFault e) {
      LOG.log(Level.DEBUG, () -> "workspace resource " + id + ", to be tried again: " + e);
      later(id, AGAIN);
    } catch (RuntimeException bug) {
      LOG.log(Level.ERROR, "unexpected fault with workspace resource " + id, bug);
    }
  }

  /** A resource that somebody deletes is an instance that is to stop, and saves first. */
  private void end(Workspace workspace) throws WorkspaceFault {
    if (workspace.stopped()) {
      store.delete(workspace.id());
      return;
    }
    Optional<Workspace> unused =
        store.update(
            workspace.id(),
            newest ->
                newest.controls().stop().isPresent()
                    ? newest
                    : newest.withControls(
                        newest.controls().withStop(Optional.of(StopPolicy.NORMALLY))));
  }

  private void settle(String id, WorkspaceResource resource) throws WorkspaceFault {
    if (WorkspaceMapper.refusal(resource).isPresent()) {
      LOG.log(Level.DEBUG, "workspace resource {0} is for managers of a newer version", id);
    } else if (resource.deletionRequested()) {
      // No instance, or none that can be read: nothing is there to be saved.
      if (!admission.withdraw(resource)) {
        later(id, AGAIN);
      }
    } else if (WorkspaceMapper.admitted(resource)) {
      LOG.log(Level.DEBUG, "workspace resource {0} is left as it is", id);
    } else if (Admission.madeByHand(resource)) {
      adopt(id, resource);
    } else if (!admission.withdrawnIfAbandoned(resource)) {
      later(id, admission.patience().plusSeconds(1));
    }
  }

  private void adopt(String id, WorkspaceResource resource) throws WorkspaceFault {
    try {
      store.adopt(resource, adoption);
      LOG.log(Level.INFO, "workspace resource {0}, made by hand, is an instance now", id);
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "workspace resource {0} cannot be read and is left as it is: {1}",
          id,
          e.getMessage());
    }
  }

  @Override
  public void close() {
    acts = false;
    worker.shutdownNow();
  }
}
