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
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The last known state of every instance, and the only one that tells of changes: in the order of
 * the versions of each instance, one at a time. A cache of the store.
 */
public final class WorkspaceTracker {
  private static final Logger LOG = System.getLogger(WorkspaceTracker.class.getName());

  private final Map<String, Workspace> known = new ConcurrentHashMap<>();
  private final Consumer<WorkspaceChanged> observers;
  private volatile boolean filled;

  private final Map<String, List<Runnable>> waiting = new HashMap<>();

  /** Until it is filled: what was forgotten since, and who wants the rest. */
  private final Set<String> forgottenEarly = new HashSet<>();

  private final List<Consumer<Collection<Workspace>>> earlyReaders = new ArrayList<>();

  /**
   * Tracks nothing yet.
   *
   * @param observers told of every visible change; they only enqueue, and never throw
   */
  public WorkspaceTracker(Consumer<WorkspaceChanged> observers) {
    this.observers = observers;
  }

  /** Takes over what the store held at the start; nobody is told, but who reads from then on. */
  public synchronized void fill(List<Workspace> workspaces) {
    List<Workspace> rest = new ArrayList<>();
    for (Workspace stored : workspaces) {
      Workspace before = known.get(stored.id());
      if (before == null && !forgottenEarly.contains(stored.id())) {
        known.put(stored.id(), stored);
        rest.add(stored);
      } else if (before != null && stored.version() > before.version()) {
        accept(new StoreChange(stored.id(), Optional.of(stored)));
      }
    }
    filled = true;
    forgottenEarly.clear();
    earlyReaders.forEach(reader -> reader.accept(rest));
    earlyReaders.clear();
  }

  /** Whether the store's content was taken over. */
  public boolean filled() {
    return filled;
  }

  /** Takes over a change of the store and tells of it if it is visible. */
  public synchronized void accept(StoreChange change) {
    if (change.workspace().isEmpty()) {
      known.remove(change.id());
      if (!filled) {
        forgottenEarly.add(change.id());
      }
      wake(change.id());
      return;
    }
    Workspace current = change.workspace().get();
    Workspace previous = known.get(change.id());
    if (previous != null && current.version() < previous.version()) {
      return;
    }
    known.put(change.id(), current);
    wake(change.id());
    if (previous == null || current.version() > previous.version()) {
      tell(previous, current);
    }
  }

  /** Tells of what it has passed first, which another manager may have recorded in one write. */
  private void tell(Workspace previous, Workspace current) {
    Workspace before = previous;
    for (Workspace passed : current.passed()) {
      if (before == null || passed.version() > before.version()) {
        tell(new WorkspaceChanged(Optional.ofNullable(before), passed));
        before = passed;
      }
    }
    tell(new WorkspaceChanged(Optional.ofNullable(before), current));
  }

  /** Who observes must not keep those from acting who act on the same change. */
  private void tell(WorkspaceChanged change) {
    try {
      observers.accept(change);
    } catch (RuntimeException bug) {
      LOG.log(
          Level.ERROR,
          "an observer has failed on a change of instance " + change.current().id(),
          bug);
    }
  }

  /**
   * What {@code answer} makes of an instance, as soon as it makes something of it; fails with
   * NOT_FOUND as its cause once the instance is not known. To be cancelled by whoever waits no
   * longer. What depends on it must not wait.
   */
  public synchronized <T> CompletableFuture<T> await(
      String id, Function<Workspace, Optional<T>> answer) {
    CompletableFuture<T> future = new CompletableFuture<>();
    Runnable look =
        () -> {
          Workspace now = known.get(id);
          if (now == null) {
            future.completeExceptionally(WorkspaceFault.notFound(id));
          } else {
            answer.apply(now).ifPresent(future::complete);
          }
        };
    look.run();
    if (!future.isDone()) {
      waiting.computeIfAbsent(id, key -> new ArrayList<>()).add(look);
      CompletableFuture<T> unused = future.whenComplete((value, fault) -> wakeNoMore(id, look));
    }
    return future;
  }

  private void wake(String id) {
    new ArrayList<>(waiting.getOrDefault(id, List.of())).forEach(Runnable::run);
  }

  private synchronized void wakeNoMore(String id, Runnable look) {
    List<Runnable> looks = waiting.getOrDefault(id, new ArrayList<>());
    looks.remove(look);
    if (looks.isEmpty()) {
      waiting.remove(id);
    }
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
   * Calls {@code reader} with every known instance while no change is told of; before the store's
   * content was taken over, once more with the rest when it is.
   */
  public synchronized void readExclusively(Consumer<Collection<Workspace>> reader) {
    reader.accept(new ArrayList<>(known.values()));
    if (!filled) {
      earlyReaders.add(reader);
    }
  }
}
