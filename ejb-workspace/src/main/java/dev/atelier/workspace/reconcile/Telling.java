// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.WorkspaceChanged;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Tells of changes beside the path of whoever made them: one at a time, in the order of the
 * versions of each instance. However slow those are who listen, what waits for them is bounded: one
 * change for each instance and phase, and its first one; a newer one of the same phase takes in the
 * one before.
 */
final class Telling {
  private static final Logger LOG = System.getLogger(Telling.class.getName());

  /**
   * What waits at most once.
   *
   * @param first whether nothing is known of the instance before it
   */
  private record Key(String id, Phase phase, boolean first) {
    static Key of(WorkspaceChanged change) {
      return new Key(change.current().id(), change.current().phase(), change.previous().isEmpty());
    }
  }

  private final Executor executor;
  private final Consumer<WorkspaceChanged> listener;

  /** What waits, in the order in which it is told. */
  private final Map<Key, WorkspaceChanged> pending = new LinkedHashMap<>();

  /** What waits of each instance, in that order too. */
  private final Map<String, List<Key>> ofInstance = new HashMap<>();

  private final Queue<Runnable> first = new ArrayDeque<>();
  private boolean telling;

  /**
   * Has nothing to tell yet.
   *
   * @param executor where it tells, in one task at a time
   */
  Telling(Executor executor, Consumer<WorkspaceChanged> listener) {
    this.executor = executor;
    this.listener = listener;
  }

  /** Has it told of by the next {@link #tell}; never waits. */
  synchronized void add(WorkspaceChanged change) {
    Key key = Key.of(change);
    List<Key> keys = ofInstance.computeIfAbsent(key.id(), id -> new ArrayList<>());
    WorkspaceChanged added = change;
    int place = keys.indexOf(key);
    if (place >= 0) {
      // What it would have told of, the next one tells of too.
      WorkspaceChanged replaced = pending.remove(key);
      keys.remove(place);
      if (place < keys.size()) {
        pending.computeIfPresent(
            keys.get(place), (next, waiting) -> waiting.since(replaced.previous()));
      } else {
        added = change.since(replaced.previous());
      }
    }
    keys.add(key);
    pending.put(key, added);
  }

  /** Has it done before any change is told of that is added from now on. */
  synchronized void addFirst(Runnable task) {
    first.add(task);
  }

  /** Tells soon of what was added. */
  void tell() {
    synchronized (this) {
      if (telling || (first.isEmpty() && pending.isEmpty())) {
        return;
      }
      telling = true;
    }
    try {
      executor.execute(this::tellAll);
    } catch (RejectedExecutionException end) {
      LOG.log(Level.DEBUG, "the manager ends, and tells of nothing more");
      synchronized (this) {
        telling = false;
      }
    }
  }

  private void tellAll() {
    Optional<Runnable> next = next();
    while (next.isPresent()) {
      try {
        next.get().run();
      } catch (RuntimeException bug) {
        LOG.log(Level.ERROR, "whoever is told of changes has failed", bug);
      }
      next = next();
    }
  }

  /** What is to be done next; with nothing left, the next change begins anew. */
  private synchronized Optional<Runnable> next() {
    Runnable task = first.poll();
    if (task != null) {
      return Optional.of(task);
    }
    Iterator<Map.Entry<Key, WorkspaceChanged>> oldest = pending.entrySet().iterator();
    if (!oldest.hasNext()) {
      telling = false;
      return Optional.empty();
    }
    Map.Entry<Key, WorkspaceChanged> entry = oldest.next();
    oldest.remove();
    String id = entry.getKey().id();
    List<Key> keys = ofInstance.get(id);
    keys.remove(entry.getKey());
    if (keys.isEmpty()) {
      ofInstance.remove(id);
    }
    return Optional.of(() -> listener.accept(entry.getValue()));
  }

  /** How many changes wait. */
  synchronized int waiting() {
    return pending.size();
  }
}
