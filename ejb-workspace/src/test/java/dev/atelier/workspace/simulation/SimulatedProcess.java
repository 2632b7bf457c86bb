// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.Lifecycle;
import dev.atelier.workspace.domain.TimeoutSettings;
import dev.atelier.workspace.domain.Timeouts;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.AuditLog;
import dev.atelier.workspace.operations.ContentOperations;
import dev.atelier.workspace.operations.FixedRandomness;
import dev.atelier.workspace.operations.Limits;
import dev.atelier.workspace.operations.Maintenance;
import dev.atelier.workspace.operations.MaintenanceRecord;
import dev.atelier.workspace.operations.OwnerTokens;
import dev.atelier.workspace.operations.StartRequestValidator;
import dev.atelier.workspace.operations.WorkspaceClasses;
import dev.atelier.workspace.operations.WorkspaceOperations;
import dev.atelier.workspace.operations.WorkspaceUrls;
import dev.atelier.workspace.reconcile.Activities;
import dev.atelier.workspace.reconcile.Deadlines;
import dev.atelier.workspace.reconcile.Reconciler;
import dev.atelier.workspace.reconcile.Snapshots;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.subscribe.HeardEndings;
import dev.atelier.workspace.subscribe.SteppedEndings;
import dev.atelier.workspace.subscribe.Subscriptions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/** One run of the manager's process, with all that it holds in memory. */
final class SimulatedProcess {
  static final TimeoutSettings SETTINGS = TimeoutSettings.DEFAULT;
  static final WorkspaceUrls URLS =
      new WorkspaceUrls("http://{host}/{id}", "http://{host}/{id}:{port}", "h");

  private static final Timeouts TIMEOUTS = new Timeouts(SETTINGS);
  private static final Lifecycle LIFECYCLE = new Lifecycle(TIMEOUTS);
  private static final WorkspaceClasses CLASSES =
      new WorkspaceClasses(
          List.of(
              sized("default", Duration.ZERO),
              sized("often", Duration.ofMinutes(5)),
              sized("seldom", Duration.ofMinutes(40))),
          "default",
          Map.of(),
          false);
  private static final StartRequestValidator VALIDATOR =
      new StartRequestValidator(CLASSES, SETTINGS, URLS, Set.of("https"));

  private static WorkspaceClass sized(String id, Duration backupInterval) {
    return new WorkspaceClass(
        id, "", "", 0, new WorkspaceClass.Resources(1_000, 0, 1, 1, 0, 1), backupInterval);
  }

  private final World world;
  private final Simulation simulation;
  private final Map<String, World.Entry> timers = new HashMap<>();
  private final Map<String, Instant> armed = new HashMap<>();
  private final Activities activities = new Activities();
  private final WorkspaceTracker tracker;
  private final Subscriptions subscriptions;
  private final Maintenance maintenance;
  private final Reconciler reconciler;
  private final WorkspaceOperations operations;
  private final ContentOperations content;
  private final Snapshots snapshots;
  private final OwnerTokens tokens;
  private final SteppedEndings endings;
  private boolean writing;
  private Instant maintainedSince = Instant.MAX;
  private boolean alive = true;
  private boolean started;

  SimulatedProcess(World world, Simulation simulation, MaintenanceRecord record)
      throws WorkspaceFault {
    this.world = world;
    this.simulation = simulation;
    AuditLog audit = new AuditLog();
    Subscriptions[] subscribers = new Subscriptions[1];
    this.tracker = new WorkspaceTracker(change -> subscribers[0].changed(change), Runnable::run);
    this.subscriptions = new Subscriptions(tracker, world::now);
    subscribers[0] = subscriptions;
    this.maintenance = new Maintenance(record, Optional.empty(), world::now, audit);
    this.snapshots = Snapshots.of(simulation.snapshots(), tracker, simulation.store()::leavesAlone);
    this.reconciler =
        new Reconciler(
            simulation.store(),
            simulation.runtime(),
            LIFECYCLE,
            tracker,
            snapshots,
            activities,
            this::maintainedUntil,
            new Timers(),
            workers(),
            1 + world.below(4),
            world::now,
            world.random());
    this.tokens = new OwnerTokens(simulation.store());
    this.endings = new SteppedEndings(simulation.heard());
    FixedRandomness randomness = new FixedRandomness("token", simulation.snapshotIds());
    this.operations =
        new WorkspaceOperations(
            simulation.store(),
            tracker,
            reconciler,
            activities,
            VALIDATOR,
            CLASSES,
            URLS,
            TIMEOUTS,
            maintenance,
            new Limits(Limits.Settings.NONE, world::now),
            tokens,
            randomness,
            audit,
            world::now);
    this.content =
        new ContentOperations(
            simulation.store(),
            simulation.runtime(),
            tracker,
            snapshots,
            maintenance,
            randomness,
            audit,
            world::now);
    if (maintenance.active()) {
      maintainedSince = world.now();
    }
  }

  /** As ManagerStartup does it. */
  void start() throws WorkspaceFault {
    maintenance.onChange(reconciler::enqueueAll);
    simulation
        .store()
        .watch(
            change -> {
              if (change.workspace().isEmpty()) {
                tokens.forget(change.id());
                endings.endings().forget(change.id());
              }
            });
    reconciler.start();
    started = true;
  }

  void die() {
    alive = false;
    timers.values().forEach(World.Entry::cancel);
  }

  boolean started() {
    return started;
  }

  HeardEndings endings() {
    return endings.endings();
  }

  /** Something waits to be noted: it is soon, and again after a fault. */
  void endingsWait() {
    if (!writing) {
      writing = true;
      world.after(
          world.about(Duration.ofMillis(300), Duration.ofSeconds(10), 0.05), this::writeEndings);
    }
  }

  private void writeEndings() {
    writing = false;
    if (!alive) {
      return;
    }
    try {
      endings.write();
    } catch (WorkspaceFault fault) {
      world.tell("who has heard of ends is not noted: %s", fault.getMessage());
    }
    if (endings.waiting() > 0) {
      endingsWait();
    }
  }

  static Lifecycle lifecycle() {
    return LIFECYCLE;
  }

  WorkspaceTracker tracker() {
    return tracker;
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  WorkspaceOperations operations() {
    return operations;
  }

  ContentOperations content() {
    return content;
  }

  Snapshots snapshots() {
    return snapshots;
  }

  Maintenance maintenance() {
    return maintenance;
  }

  Reconciler reconciler() {
    return reconciler;
  }

  OwnerTokens tokens() {
    return tokens;
  }

  Activities activities() {
    return activities;
  }

  /** What it knows; one that stood still is told as soon as it runs again. */
  private Optional<Instant> maintainedUntil() {
    return simulation.behind() ? simulation.recordedMaintenance() : maintenance.until();
  }

  /** Since when there is maintenance without a break. */
  Optional<Instant> maintainedSince() {
    return maintenance.active() ? Optional.of(maintainedSince) : Optional.empty();
  }

  void maintenanceChanged(boolean wasActive) {
    if (!wasActive) {
      maintainedSince = world.now();
    }
  }

  Optional<Instant> armed(String id) {
    return Optional.ofNullable(armed.get(id));
  }

  int armedTimers() {
    return timers.size();
  }

  private Executor workers() {
    return task ->
        world.after(
            world.about(Duration.ofMillis(5), simulation.temper().lateness(), 0.05),
            () -> {
              if (alive) {
                simulation.asReconciler(task);
              }
            });
  }

  /** One timer an instance, a little late, as timers are. */
  private final class Timers implements Deadlines {
    @Override
    public void arm(String id, Instant when) {
      if (!alive) {
        // What unwinds a lost process reaches nobody.
        return;
      }
      simulation.others();
      disarm(id);
      armed.put(id, when);
      Instant due = when.isAfter(world.now()) ? when : world.now();
      timers.put(
          id, world.at(due.plus(world.upTo(simulation.temper().lateness())), () -> fire(id)));
    }

    @Override
    public void disarm(String id) {
      armed.remove(id);
      World.Entry entry = timers.remove(id);
      if (entry != null) {
        entry.cancel();
      }
    }

    private void fire(String id) {
      if (alive) {
        timers.remove(id);
        armed.remove(id);
        world.tell("timer of %s", id);
        reconciler.due(id);
      }
    }
  }
}
