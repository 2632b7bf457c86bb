package dev.atelier.workspace.runtime.local;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/** Runs a bounded number of tasks side by side, the others afterwards and in order. */
final class Slots {
  private final Executor workers;
  private final int limit;
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private int running;

  Slots(Executor workers, int limit) {
    this.workers = workers;
    this.limit = limit;
  }

  /** Runs it now or later; true when it has to wait. */
  boolean run(Runnable task) {
    synchronized (this) {
      if (running >= limit) {
        waiting.add(task);
        return true;
      }
      running++;
    }
    start(task);
    return false;
  }

  private void start(Runnable task) {
    boolean accepted = false;
    try {
      workers.execute(
          () -> {
            try {
              task.run();
            } finally {
              next();
            }
          });
      accepted = true;
    } finally {
      if (!accepted) {
        next();
      }
    }
  }

  private void next() {
    Runnable task;
    synchronized (this) {
      task = waiting.poll();
      if (task == null) {
        running--;
        return;
      }
    }
    start(task);
  }
}
