// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Keys that wait for work. A key is worked on by one worker at a time, waits at most once, and is
 * never lost: one that is added while it is worked on waits again. Holds at most every key twice.
 */
final class WorkQueue {
  private static final Logger LOG = System.getLogger(WorkQueue.class.getName());

  private final Executor workers;
  private final int parallelism;
  private final InstantSource clock;
  private final Consumer<String> work;

  private final Queue<String> waiting = new ArrayDeque<>();
  private final Set<String> isWaiting = new HashSet<>();
  private final Set<String> underWork = new HashSet<>();
  private final Set<String> again = new HashSet<>();
  private int active;
  private Instant lastMove;

  WorkQueue(Executor workers, int parallelism, InstantSource clock, Consumer<String> work) {
    this.workers = workers;
    this.parallelism = parallelism;
    this.clock = clock;
    this.work = work;
    this.lastMove = clock.instant();
  }

  void add(String key) {
    boolean more;
    synchronized (this) {
      if (underWork.contains(key)) {
        again.add(key);
        return;
      }
      if (isWaiting.add(key)) {
        if (waiting.isEmpty()) {
          lastMove = clock.instant();
        }
        waiting.add(key);
      } else if (active > 0) {
        return;
      }
      // Nobody works on what waits only after a worker was refused.
      more = active < parallelism;
      if (more) {
        active++;
      }
    }
    if (more) {
      submit();
    }
  }

  synchronized int depth() {
    return waiting.size();
  }

  synchronized Optional<Instant> stuckSince() {
    return waiting.isEmpty() ? Optional.empty() : Optional.of(lastMove);
  }

  private void submit() {
    try {
      workers.execute(this::workOnce);
    } catch (RuntimeException refused) {
      synchronized (this) {
        active--;
      }
      throw refused;
    }
  }

  /** One key a task, so that instances take turns with whatever else the workers do. */
  private void workOnce() {
    String key;
    synchronized (this) {
      key = waiting.poll();
      if (key == null) {
        active--;
        return;
      }
      isWaiting.remove(key);
      underWork.add(key);
      lastMove = clock.instant();
    }
    try {
      work.accept(key);
    } finally {
      synchronized (this) {
        underWork.remove(key);
        if (again.remove(key) && isWaiting.add(key)) {
          waiting.add(key);
        }
      }
      goOn();
    }
  }

  private void goOn() {
    try {
      submit();
    } catch (RejectedExecutionException refused) {
      // The workers end, or are full: what waits comes with the next key that is added.
      LOG.log(Level.DEBUG, "no worker for the next key", refused);
    }
  }
}
