// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Runs a bounded number of tasks side by side, the others afterwards. Owners share them: one of
 * whom none runs does not wait for the others' as long as twice the bound is not reached, and whose
 * fewest run comes next; those of one owner run in order.
 */
final class Slots {
  private record Waiting(String owner, Runnable task) {}

  private final Executor workers;
  private final int limit;
  private final List<Waiting> waiting = new ArrayList<>();
  private final Map<String, Integer> running = new HashMap<>();
  private int total;

  Slots(Executor workers, int limit) {
    this.workers = workers;
    this.limit = limit;
  }

  /** Runs it now or later, where all is of one owner; true when it has to wait. */
  boolean run(Runnable task) {
    return run("", task);
  }

  /** Runs it now or later; true when it has to wait. */
  boolean run(String owner, Runnable task) {
    Waiting asked = new Waiting(owner, task);
    synchronized (this) {
      if (!admissible(owner)) {
        waiting.add(asked);
        return true;
      }
      begin(owner);
    }
    start(asked);
    return false;
  }

  private boolean admissible(String owner) {
    return total < limit || (running(owner) == 0 && total < 2 * limit);
  }

  private int running(String owner) {
    return running.getOrDefault(owner, 0);
  }

  private void begin(String owner) {
    running.merge(owner, 1, Integer::sum);
    total++;
  }

  private void start(Waiting one) {
    boolean accepted = false;
    try {
      workers.execute(
          () -> {
            try {
              one.task().run();
            } finally {
              ended(one.owner());
            }
          });
      accepted = true;
    } finally {
      if (!accepted) {
        ended(one.owner());
      }
    }
  }

  private void ended(String owner) {
    next(owner).ifPresent(this::start);
  }

  /** Takes the place of one that ended, if another may have it. */
  private synchronized Optional<Waiting> next(String owner) {
    total--;
    running.computeIfPresent(owner, (name, count) -> count == 1 ? null : count - 1);
    // The first in order of those whose owners have the fewest.
    Optional<Waiting> next =
        waiting.stream()
            .filter(one -> admissible(one.owner()))
            .min(Comparator.comparingInt(one -> running(one.owner())));
    next.ifPresent(
        one -> {
          waiting.remove(one);
          begin(one.owner());
        });
    return next;
  }
}
