// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import dev.atelier.workspace.domain.Action;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Lifecycle;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Step;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.runtime.WorkspaceRuntime;
import dev.atelier.workspace.store.StoreFailure;
import dev.atelier.workspace.store.WorkspaceStore;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Brings every instance to what was asked for, whatever the runtime: looks at it, has the {@link
 * Lifecycle} decide, records that, and acts. Level-triggered: what an instance needs follows from
 * its record and its observation alone, so that a look too many harms nothing.
 */
public final class Reconciler {
  private static final Logger LOG = System.getLogger(Reconciler.class.getName());

  /** More steps in one look than any way through the lifecycle has. */
  private static final int MAX_STEPS = 16;

  /**
   * How long what was seen may be acted on. Another manager goes on in the place of one that stands
   * still, once its lease has ended: this is less.
   */
  private static final Duration FRESH = Duration.ofSeconds(8);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final WorkspaceStore store;
  private final WorkspaceRuntime runtime;
  private final Lifecycle lifecycle;
  private final WorkspaceTracker tracker;
  private final Snapshots snapshots;
  private final Activities activities;
  private final Supplier<Optional<Instant>> maintenance;
  private final Deadlines deadlines;
  private final WorkQueue queue;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Map<String, Instant> armed = new ConcurrentHashMap<>();
  private final Map<String, Integer> faults = new ConcurrentHashMap<>();
  private final List<CopyListener> copyListeners = new CopyOnWriteArrayList<>();
  private volatile boolean leads;

  /**
   * Does nothing before {@link #start}.
   *
   * @param maintenance until when nothing times out, if so
   * @param workers where it looks at instances, {@code parallelism} at a time
   * @param random spreads retries
   */
  public Reconciler(
      WorkspaceStore store,
      WorkspaceRuntime runtime,
      Lifecycle lifecycle,
      WorkspaceTracker tracker,
      Snapshots snapshots,
      Activities activities,
      Supplier<Optional<Instant>> maintenance,
      Deadlines deadlines,
      Executor workers,
      int parallelism,
      InstantSource clock,
      RandomGenerator random) {
    this.store = store;
    this.runtime = runtime;
    this.lifecycle = lifecycle;
    this.tracker = tracker;
    this.snapshots = snapshots;
    this.activities = activities;
    this.maintenance = maintenance;
    this.deadlines = deadlines;
    this.queue = new WorkQueue(workers, parallelism, clock, this::reconcile);
    this.clock = clock;
    this.random = random;
  }

  /** Takes over what the store and the runtime hold, and looks at every instance. */
  public void start() throws WorkspaceFault {
    open();
    lead();
  }

  /** Takes over what the store holds, and acts on nothing yet. */
  public void open() throws WorkspaceFault {
    store.watch(
        change -> {
          tracker.accept(change);
          if (leads) {
            enqueue(change.id());
          } else if (change.workspace().isEmpty()) {
            forget(change.id());
          }
        });
    // What the runtime goes on with may wait for a snapshot of an instance: that must be known.
    tracker.fill(store.list());
    runtime.watch(this::enqueue);
    store.onReturn(this::enqueueAll);
  }

  /** Acts on the instances from now on: looks at every one. */
  public void lead() throws WorkspaceFault {
    runtime.start(tracker.all());
    leads = true;
    enqueueAll();
  }

  /** Acts on no instance any more: another manager does. What was begun may still end. */
  public void follow() {
    leads = false;
    runtime.rest();
    for (String id : List.copyOf(armed.keySet())) {
      armed.remove(id);
      deadlines.disarm(id);
      // Activity that rests here is known to nobody else.
      enqueue(id);
    }
    faults.clear();
  }

  /** Whether this manager is the one that acts. */
  public boolean leads() {
    return leads;
  }

  /**
   * Tells {@code listener} of every copy of a living instance that is over, once it is recorded.
   */
  public void watchCopies(CopyListener listener) {
    copyListeners.add(listener);
  }

  /** Has the instance looked at soon; before this manager leads, by whoever leads. */
  public void enqueue(String id) {
    // A runtime that has not found its instances again would show them as gone.
    if (leads || activities.resting(id).isPresent()) {
      queue.add(id);
    }
  }

  /** What was armed for the instance is due. */
  public void due(String id) {
    armed.remove(id);
    enqueue(id);
  }

  /** Has every instance looked at soon. */
  public void enqueueAll() {
    tracker.all().forEach(workspace -> enqueue(workspace.id()));
  }

  /** How many instances wait to be looked at. */
  public int queueDepth() {
    return queue.depth();
  }

  /** Since when the queue has not moved though it is not empty. */
  public Optional<Instant> stuckSince() {
    return queue.stuckSince();
  }

  private void reconcile(String id) {
    try {
      // After a fault the tracker may be behind: a write may have been made whose answer was lost.
      Optional<Workspace> known = faults.containsKey(id) ? store.get(id) : tracker.get(id);
      if (known.isPresent() && !leads) {
        keepActivity(id);
      } else if (known.isPresent()) {
        look(known.get());
      } else {
        forget(id);
      }
      faults.remove(id);
    } catch (WorkspaceFault fault) {
      retry(id, fault);
    } catch (RuntimeException bug) {
      LOG.log(Level.ERROR, "instance " + id + ": unexpected fault, to be tried again", bug);
      retry(id, bug);
    } catch (Error error) {
      // Not for this instance to judge what it means; but others of its kind pass.
      retry(id, error);
      throw error;
    }
  }

  /**
   * All that one that follows does: activity that it was told of is written at its window's end.
   */
  private void keepActivity(String id) throws WorkspaceFault {
    Optional<Instant> rested = activities.resting(id);
    if (rested.isPresent() && windowEnded(id, clock.instant())) {
      Optional<Workspace> unused =
          store.update(id, newest -> newest.stopped() ? newest : withActivity(newest, rested));
      activities.written(id, rested.get());
    }
    arm(id, activities.end(id));
  }

  private void look(Workspace known) throws WorkspaceFault {
    String id = known.id();
    Instant stale = clock.instant().plus(FRESH);
    Observation seen = runtime.observe(id);
    Workspace workspace = known;
    for (int i = 0; i < MAX_STEPS; i++) {
      Instant now = clock.instant();
      if (now.isAfter(stale)) {
        enqueue(id);
        return;
      }
      Optional<Instant> until = maintenance.get();
      Optional<Instant> rested = activities.resting(id);
      Workspace current = withActivity(workspace, rested);
      if (current.equals(workspace)) {
        rested.ifPresent(at -> activities.written(id, at));
      }
      Step step = lifecycle.step(current, seen, now, until);
      // Activity alone is worth a write at its window's end only.
      boolean write =
          !step.workspace().equals(current) || (!current.equals(workspace) && windowEnded(id, now));
      if (!write) {
        act(workspace, step.actions());
        arm(id, earliest(step.next(), activities.end(id)));
        return;
      }
      snapshots.record(current, step.workspace(), now);
      Optional<Workspace> stored =
          store.update(
              id,
              newest -> {
                Workspace active = withActivity(newest, rested);
                if (clock.instant().isAfter(stale)) {
                  return active;
                }
                Workspace next = lifecycle.step(active, seen, now, until).workspace();
                // Another end of a snapshot than the one recorded: that one is recorded first.
                return Snapshots.sameEnds(step.workspace(), next) ? next : active;
              });
      rested.ifPresent(at -> activities.written(id, at));
      if (stored.isEmpty()) {
        forget(id);
        return;
      }
      tellOfCopies(workspace, stored.get(), seen);
      workspace = stored.get();
    }
    throw new IllegalStateException("the lifecycle of " + id + " does not settle");
  }

  private void tellOfCopies(Workspace before, Workspace after, Observation seen) {
    for (Capture capture : before.status().progress().captures().pending()) {
      Optional<Capture.Outcome> outcome =
          after.status().progress().captures().outcome(capture.id());
      if (outcome.isPresent()) {
        Optional<Duration> took =
            seen.captures().stream()
                .filter(one -> one.id().equals(capture.id()))
                .map(Capture.Seen::took)
                .findFirst();
        copyListeners.forEach(listener -> listener.over(after, outcome.get(), took));
      }
    }
  }

  private boolean windowEnded(String id, Instant now) {
    return activities.end(id).map(end -> !now.isBefore(end)).orElse(true);
  }

  private static Optional<Instant> earliest(Optional<Instant> one, Optional<Instant> other) {
    return Stream.concat(one.stream(), other.stream()).min(Instant::compareTo);
  }

  private static Workspace withActivity(Workspace workspace, Optional<Instant> rested) {
    Optional<Instant> last = workspace.controls().lastActivity();
    return rested.isPresent() && last.map(rested.get()::isAfter).orElse(true)
        ? workspace.withControls(workspace.controls().withLastActivity(rested))
        : workspace;
  }

  private void act(Workspace workspace, List<Action> actions) throws WorkspaceFault {
    for (Action action : actions) {
      if (action instanceof Action.Launch) {
        runtime.launch(workspace);
      } else if (action instanceof Action.Terminate terminate) {
        runtime.terminate(workspace.id(), terminate.grace());
      } else if (action instanceof Action.Copy copy) {
        runtime.copy(workspace, copy.capture());
      } else if (action instanceof Action.Dispose dispose) {
        runtime.dispose(workspace, dispose.save());
      } else if (action instanceof Action.Remove) {
        runtime.remove(workspace);
      } else if (action instanceof Action.Forget) {
        store.delete(workspace.id());
        forget(workspace.id());
      } else {
        throw new IllegalStateException("nobody knows how to do " + action);
      }
    }
  }

  private void arm(String id, Optional<Instant> next) {
    if (next.isEmpty()) {
      if (armed.remove(id) != null) {
        deadlines.disarm(id);
      }
      return;
    }
    Instant now = clock.instant();
    Instant before = armed.get(id);
    // One that fires too early costs a look; re-arming at every activity would cost more.
    if (before == null || !before.isAfter(now) || next.get().isBefore(before)) {
      armed.put(id, next.get());
      deadlines.arm(id, next.get());
    }
  }

  private void forget(String id) {
    armed.remove(id);
    deadlines.disarm(id);
    activities.clear(id);
    faults.remove(id);
  }

  private void retry(String id, Throwable fault) {
    int count = faults.merge(id, 1, Integer::sum);
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(count - 1, 10));
    if (pause.compareTo(LONGEST_PAUSE) > 0) {
      pause = LONGEST_PAUSE;
    }
    // Between half of it and the whole, so that instances that failed together spread out.
    Duration spread = pause.dividedBy(2).plusNanos(random.nextLong(pause.dividedBy(2).toNanos()));
    // A store that is away says so itself, once for all instances.
    boolean told = fault.getCause() instanceof StoreFailure away && away.outage().isPresent();
    Level level = count == 1 && !told ? Level.WARNING : Level.DEBUG;
    LOG.log(level, () -> "instance " + id + ": " + fault.getMessage() + ", to be tried again");
    Instant again = clock.instant().plus(spread);
    armed.put(id, again);
    deadlines.arm(id, again);
  }
}
