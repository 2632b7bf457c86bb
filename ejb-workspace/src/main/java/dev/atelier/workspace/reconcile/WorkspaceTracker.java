// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.WorkspaceStore.StoreChange;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The last known state of every instance, and the only one that tells of changes: in the order of
 * the versions of each instance, one at a time. A cache of the store. Whoever observes or waits is
 * told on threads of its own, so that nobody who changes or reads an instance waits for them.
 */
public final class WorkspaceTracker {
  private static final Logger LOG = System.getLogger(WorkspaceTracker.class.getName());

  private final Map<String, Workspace> known = new ConcurrentHashMap<>();
  private final Executor executor;
  private final Telling telling;
  private final Places places = new Places();
  private volatile boolean filled;

  /** How many changes there were. */
  private long number;

  private final Map<String, List<Waiter<?>>> waiting = new HashMap<>();

  /** Until it is filled: what was forgotten since, and who wants the rest. */
  private final Set<String> forgottenEarly = new HashSet<>();

  private final List<Consumer<Collection<Workspace>>> earlyReaders = new ArrayList<>();

  /**
   * Tracks nothing yet.
   *
   * @param observers told of every visible change; of one that comes while another is told of, with
   *     those of the same instance and phase that are not told of yet
   * @param executor where observers are told, one at a time, and each of those who wait
   */
  public WorkspaceTracker(Consumer<WorkspaceChanged> observers, Executor executor) {
    this.executor = executor;
    this.telling = new Telling(executor, observers);
  }

  /**
   * What is known at one moment.
   *
   * @param instances in no order, those that have stopped included
   * @param number of the last change that they show
   */
  public record Reading(Collection<Workspace> instances, long number) {}

  /** Takes over what the store held at the start; nobody is told, but who reads from then on. */
  public void fill(List<Workspace> workspaces) {
    synchronized (this) {
      List<Workspace> rest = new ArrayList<>();
      for (Workspace stored : workspaces) {
        Workspace before = known.get(stored.id());
        if (before == null && !forgottenEarly.contains(stored.id())) {
          known.put(stored.id(), stored);
          places.show(stored);
          rest.add(stored);
        } else if (before != null && stored.version() > before.version()) {
          takeOver(stored);
        }
      }
      filled = true;
      forgottenEarly.clear();
      earlyReaders.forEach(reader -> telling.addFirst(() -> reader.accept(rest)));
      earlyReaders.clear();
    }
    workspaces.forEach(stored -> wake(stored.id()));
    telling.tell();
  }

  /** Whether the store's content was taken over. */
  public boolean filled() {
    return filled;
  }

  /** Takes over a change of the store and has it told of if it is visible; never waits. */
  public void accept(StoreChange change) {
    synchronized (this) {
      if (change.workspace().isPresent()) {
        takeOver(change.workspace().get());
      } else {
        known.remove(change.id());
        places.hide(change.id());
        if (!filled) {
          forgottenEarly.add(change.id());
        }
      }
    }
    wake(change.id());
    telling.tell();
  }

  private void takeOver(Workspace current) {
    Workspace previous = known.get(current.id());
    if (previous != null && current.version() < previous.version()) {
      return;
    }
    known.put(current.id(), current);
    places.show(current);
    if (previous == null || current.version() > previous.version()) {
      tell(previous, current);
    }
  }

  /** Tells of what it has passed first, which another manager may have recorded in one write. */
  private void tell(Workspace previous, Workspace current) {
    Workspace before = previous;
    for (Workspace passed : current.passed()) {
      if (before == null || passed.version() > before.version()) {
        add(before, passed);
        before = passed;
      }
    }
    add(before, current);
  }

  private void add(Workspace previous, Workspace current) {
    number++;
    telling.add(new WorkspaceChanged(Optional.ofNullable(previous), current, number));
  }

  /**
   * What {@code answer} makes of an instance, as soon as it makes something of it; fails with
   * NOT_FOUND as its cause once the instance is not known. To be cancelled by whoever waits no
   * longer.
   */
  public <T> CompletableFuture<T> await(String id, Function<Workspace, Optional<T>> answer) {
    Waiter<T> waiter = new Waiter<>(id, answer);
    synchronized (this) {
      waiting.computeIfAbsent(id, key -> new ArrayList<>()).add(waiter);
    }
    CompletableFuture<T> unused =
        waiter.future.whenComplete((value, fault) -> wakeNoMore(id, waiter));
    waiter.look();
    return waiter.future;
  }

  private void wake(String id) {
    List<Waiter<?>> waiters;
    synchronized (this) {
      waiters = List.copyOf(waiting.getOrDefault(id, List.of()));
    }
    waiters.forEach(Waiter::wake);
  }

  private synchronized void wakeNoMore(String id, Waiter<?> waiter) {
    List<Waiter<?>> waiters = waiting.getOrDefault(id, new ArrayList<>());
    waiters.remove(waiter);
    if (waiters.isEmpty()) {
      waiting.remove(id);
    }
  }

  /** Somebody who waits for what becomes of an instance. */
  private final class Waiter<T> {
    private final String id;
    private final Function<Workspace, Optional<T>> answer;
    private final CompletableFuture<T> future = new CompletableFuture<>();

    /** Whether a look is to come: one is enough for any number of changes. */
    private final AtomicBoolean woken = new AtomicBoolean();

    Waiter(String id, Function<Workspace, Optional<T>> answer) {
      this.id = id;
      this.answer = answer;
    }

    void wake() {
      if (!woken.compareAndSet(false, true)) {
        return;
      }
      try {
        executor.execute(
            () -> {
              woken.set(false);
              look();
            });
      } catch (RejectedExecutionException end) {
        LOG.log(Level.DEBUG, "the manager ends, and answers nobody more");
      }
    }

    void look() {
      Workspace now = known.get(id);
      if (now == null) {
        future.completeExceptionally(WorkspaceFault.notFound(id));
        return;
      }
      try {
        answer.apply(now).ifPresent(future::complete);
      } catch (RuntimeException bug) {
        future.completeExceptionally(bug);
      }
    }
  }

  /** Who takes up a place. */
  public Places places() {
    return places;
  }

  /** The instance, if it is known. */
  public Optional<Workspace> get(String id) {
    return Optional.ofNullable(known.get(id));
  }

  /** Every known instance, in no order, those that have stopped included. */
  public Collection<Workspace> all() {
    return new ArrayList<>(known.values());
  }

  /**
   * What is known at this moment. Before the store's content was taken over, {@code reader} is told
   * of the rest when it is: before anybody is told of a change of it.
   */
  public synchronized Reading read(Consumer<Collection<Workspace>> reader) {
    if (!filled) {
      earlyReaders.add(reader);
    }
    return new Reading(new ArrayList<>(known.values()), number);
  }
}
