// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import static dev.atelier.workspace.simulation.Broken.unless;

import dev.atelier.workspace.domain.Action;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Step;
import dev.atelier.workspace.domain.Workspace;
import java.lang.reflect.Field;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;

/** What must hold when nothing is under way. */
final class Rest {
  private static final Map<Class<?>, String[]> HOLDS =
      Map.of(
          dev.atelier.workspace.reconcile.Reconciler.class, new String[] {"armed", "faults"},
          dev.atelier.workspace.reconcile.Activities.class, new String[] {"windows"},
          dev.atelier.workspace.reconcile.WorkspaceTracker.class, new String[] {"known", "waiting"},
          dev.atelier.workspace.reconcile.Snapshots.class, new String[] {"waiting"},
          dev.atelier.workspace.operations.OwnerTokens.class, new String[] {"tokens"});

  private final World world;
  private final Simulation simulation;

  Rest(World world, Simulation simulation) {
    this.world = world;
    this.simulation = simulation;
  }

  /** Every instance is where a look at it would leave it, and will be looked at in time. */
  void settled(SimulatedProcess process) {
    unless(process.reconciler().queueDepth() == 0, "instances wait, and nobody looks at them");
    for (Workspace record : simulation.store().all()) {
      String id = record.id();
      if (simulation.store().leavesAlone(id)) {
        unless(process.tracker().get(id).isEmpty(), "%s is tracked, and is left alone", id);
        continue;
      }
      unless(
          process.tracker().get(id).map(record::equals).orElse(false),
          "%s is recorded, and the tracker has it otherwise",
          id);
      Life life = simulation.ledger().life(id);
      unless(
          record.stopped()
              || !record.controls().lastActivity().orElse(Instant.MIN).isBefore(life.active),
          "activity of %s was answered and is not recorded",
          id);
      Observation seen = simulation.runtime().peek(id);
      Step step =
          SimulatedProcess.lifecycle()
              .step(record, seen, world.now(), process.maintenance().until());
      unless(step.workspace().equals(record), "%s is left in %s", id, record.phase());
      for (Action action : step.actions()) {
        unless(done(id, action, seen), "%s waits for %s", id, action);
      }
      step.next()
          .ifPresent(
              next ->
                  unless(
                      process.armed(id).map(at -> !at.isAfter(next)).orElse(false),
                      "nobody will look at %s at %s",
                      id,
                      next));
    }
    for (SimulatedInstance instance : simulation.runtime().all()) {
      unless(
          simulation.store().record(instance.id()) != null,
          "%s runs, and nobody knows it",
          instance.id());
    }
    simulation.clients().idle(process);
    simulation.copyLedger().idle(process);
  }

  private boolean done(String id, Action action, Observation seen) {
    if (action instanceof Action.Terminate terminate) {
      SimulatedInstance instance = simulation.runtime().instance(id);
      return instance != null && instance.grace().compareTo(terminate.grace()) <= 0;
    }
    boolean copying = instanceCopies(id);
    if (action instanceof Action.Copy || action instanceof Action.Dispose) {
      return copying;
    }
    return action instanceof Action.Remove && seen.stage() == Observation.Stage.ABSENT;
  }

  /** Everything is over, and nothing of it is left. */
  void nothingLeft(SimulatedProcess process) {
    for (Workspace record : simulation.store().all()) {
      if (simulation.store().leavesAlone(record.id())) {
        continue;
      }
      throw new Broken("%s stays %s for ever", record.id(), record.phase());
    }
    unless(
        simulation.runtime().all().stream()
            .allMatch(instance -> simulation.store().leavesAlone(instance.id())),
        "instances are left in the runtime");
    unless(process.armedTimers() == 0, "timers are left armed");
    for (Object part :
        new Object[] {
          process.reconciler(),
          process.activities(),
          process.tracker(),
          process.snapshots(),
          process.tokens()
        }) {
      boolean waits = part == process.snapshots() && !simulation.store().leftAlone().isEmpty();
      for (String field : waits ? new String[0] : HOLDS.get(part.getClass())) {
        unless(
            size(part, field) == 0, "%s keeps %s for ever", part.getClass().getSimpleName(), field);
      }
    }
  }

  private boolean instanceCopies(String id) {
    SimulatedInstance instance = simulation.runtime().instance(id);
    return instance != null && instance.copies().running();
  }

  /** How many wait for something there. */
  static int waiters(Object part) {
    return ((Map<?, ?>) field(part, "waiting"))
        .values().stream().mapToInt(waiters -> ((Collection<?>) waiters).size()).sum();
  }

  private static int size(Object of, String name) {
    Object held = field(of, name);
    return held instanceof Map<?, ?> map ? map.size() : ((Collection<?>) held).size();
  }

  private static Object field(Object of, String name) {
    try {
      Field field = of.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return field.get(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
