// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import static dev.atelier.workspace.simulation.Broken.unless;

import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.store.WorkspaceStore.LeftAlone;
import dev.atelier.workspace.store.WorkspaceStore.StoreChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Everybody who calls the manager; they try again what found it UNAVAILABLE. */
final class Clients {
  private static final int TRIES = 6;

  private final World world;
  private final Simulation simulation;
  private final List<Subscriber> subscribers = new ArrayList<>();
  private final List<Bridge> bridges = new ArrayList<>();
  private final Calls calls;

  Clients(World world, Simulation simulation) {
    this.world = world;
    this.simulation = simulation;
    this.calls = new Calls(world);
  }

  void plan(int lives, Duration length, int maintenances) {
    int workspaces = 1 + lives / 2 + world.below(lives);
    for (int i = 0; i < lives; i++) {
      live("i" + i, "m" + world.below(workspaces), world.upTo(length));
    }
    int count = 1 + world.below(3);
    for (int i = 0; i < count; i++) {
      Subscriber subscriber =
          new Subscriber(world, simulation, i == 0 || world.chance(0.7), i == 2 ? "m1" : "");
      subscribers.add(subscriber);
      world.after(i == 0 ? Duration.ZERO : world.upTo(length), subscriber::connect);
    }
    int callers = 1 + world.below(2);
    for (int i = 0; i < callers; i++) {
      Bridge bridge = new Bridge(world, simulation, "program" + i);
      bridges.add(bridge);
      world.after(world.upTo(length), bridge::connect);
    }
    for (int i = 0; i < maintenances; i++) {
      world.after(world.upTo(length.plusHours(1)), this::maintain);
    }
    world.after(world.upTo(length), this::list);
    world.after(world.upTo(length), this::list);
  }

  private void live(String id, String metaId, Duration at) {
    StartRequest asked = Requests.of(world, id, metaId);
    call(at, TRIES, calls.start(id, asked));
    if (world.chance(0.1)) {
      call(at.plus(world.upTo(Duration.ofMillis(50))), TRIES, calls.start(id, asked));
    }
    int acts = world.below(8);
    for (int i = 0; i < acts; i++) {
      Duration when = at.plus(world.about(Duration.ofMinutes(10), Duration.ofHours(4), 0.3));
      call(when, TRIES, calls.act(id));
    }
    simulation.copyLedger().clients().plan(id, at);
    if (world.chance(0.4)) {
      burst(id, at.plus(world.upTo(Duration.ofMinutes(40))));
    }
    int stops = world.chance(0.6) ? 1 + world.below(3) : 0;
    Duration stop = at.plus(world.about(Duration.ofMinutes(5), Duration.ofHours(3), 0.5));
    for (int i = 0; i < stops; i++) {
      call(stop, TRIES, calls.stop(id));
      stop = stop.plus(world.about(Duration.ofSeconds(1), Duration.ofMinutes(30), 0.3));
    }
  }

  private void burst(String id, Duration from) {
    Duration at = from;
    int marks = 2 + world.below(12);
    for (int i = 0; i < marks; i++) {
      call(at, 2, calls.mark(id));
      at = at.plus(world.about(Duration.ofSeconds(3), Duration.ofMinutes(29), 0.1));
    }
  }

  private void call(Duration delay, int tries, Supplier<Actor> make) {
    world.after(delay, () -> attempt(make, tries));
  }

  private void attempt(Supplier<Actor> make, int tries) {
    Optional<SimulatedProcess> process = simulation.process();
    if (process.isEmpty()) {
      again(make, tries);
      return;
    }
    Actor actor = make.get();
    try {
      simulation.as(actor, () -> actor.run(process.get().operations()));
      world.tell("client: %s %s answered", actor.name(), actor.id());
      if (simulation.process().equals(process)) {
        answered(actor);
      } else if (!actor.name().equals("StartWorkspace")) {
        again(make, tries);
      }
    } catch (WorkspaceFault fault) {
      world.tell("client: %s %s: %s", actor.name(), actor.id(), fault.getMessage());
      if (simulation.process().equals(process)) {
        refused(actor, fault, process.get());
      }
      boolean late = actor.name().equals("StartWorkspace") && simulation.behind();
      if (fault.code() == WorkspaceFault.Code.UNAVAILABLE && !late) {
        again(make, tries);
      }
    } catch (ProcessLost lost) {
      again(make, tries);
      throw lost;
    }
  }

  private void again(Supplier<Actor> make, int tries) {
    if (tries > 1) {
      call(world.about(Duration.ofSeconds(1), Duration.ofMinutes(2), 0.2), tries - 1, make);
    }
  }

  private void answered(Actor actor) {
    Workspace record = simulation.store().record(actor.id());
    // A call whose answer was lost may still take effect after this one.
    boolean doubtful = simulation.store().owesNews(actor.id());
    if (record != null && !record.stopped() && !doubtful) {
      unless(
          actor.holds(record), "%s of %s was answered and is forgotten", actor.name(), actor.id());
    }
    unless(
        !simulation.store().leavesAlone(actor.id()),
        "%s of %s is answered, which only a newer version may touch",
        actor.name(),
        actor.id());
    if (actor.name().equals("StartWorkspace")) {
      unless(record != null, "the start of %s was answered and is forgotten", actor.id());
    }
    Life life = simulation.ledger().life(actor.id());
    if (actor.name().startsWith("MarkActive")
        && life != null
        && actor.begun().isAfter(life.active)) {
      life.active = actor.begun();
      life.tried = Instant.MAX;
    }
  }

  private void refused(Actor actor, WorkspaceFault fault, SimulatedProcess process) {
    String id = actor.id();
    Workspace record = simulation.store().record(id);
    switch (fault.code()) {
      case UNAVAILABLE -> {
        Life life = simulation.ledger().life(id);
        if (actor.name().startsWith("MarkActive") && life != null) {
          life.tried = life.tried.isBefore(actor.begun()) ? life.tried : actor.begun();
        }
      }
      case NOT_FOUND ->
          unless(
              record == null || record.stopped() || simulation.store().owesNews(id),
              "%s of %s is refused: %s",
              actor.name(),
              id,
              fault.getMessage());
      case ALREADY_EXISTS ->
          unless(actor.name().equals("StartWorkspace"), "%s: %s", actor.name(), fault.getMessage());
      case FAILED_PRECONDITION ->
          unless(
              process.maintenance().active() && fault.getMessage().equals("under maintenance"),
              "%s of %s is refused: %s",
              actor.name(),
              id,
              fault.getMessage());
      case INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED ->
          throw new Broken("%s of %s is refused: %s", actor.name(), id, fault.getMessage());
    }
  }

  private void maintain() {
    Optional<Instant> until =
        world.chance(0.7)
            ? Optional.of(world.now().plus(world.upTo(Duration.ofMinutes(90))))
            : Optional.empty();
    simulation.process().ifPresent(process -> maintain(process, until));
  }

  private void maintain(SimulatedProcess process, Optional<Instant> until) {
    boolean before = process.maintenance().active();
    simulation.ledger().postponed(until.orElse(world.now()));
    Actor actor =
        new Actor(
            "SetMaintenance",
            "",
            o -> process.maintenance().set(until, Caller.MANAGER),
            null,
            null);
    try {
      simulation.as(actor, () -> actor.run(process.operations()));
      process.maintenanceChanged(before);
      simulation.ledger().postponed(until.orElse(world.now()));
      world.tell("client: maintenance until %s", until);
    } catch (WorkspaceFault fault) {
      world.tell("client: maintenance until %s: %s", until, fault.getMessage());
    }
  }

  /** GetWorkspaces: what is not listed is taken for gone. */
  private void list() {
    simulation
        .process()
        .filter(SimulatedProcess::started)
        .ifPresent(
            process -> {
              try {
                Set<String> listed =
                    process.operations().list(WorkspaceFilter.ALL).stream()
                        .map(Workspace::id)
                        .collect(Collectors.toSet());
                unless(
                    simulation.store().leftAlone().stream().allMatch(LeftAlone::stopped),
                    "GetWorkspaces lists %s, and not what it cannot read",
                    listed);
                for (Workspace record : simulation.store().all()) {
                  unless(
                      simulation.store().owesNews(record.id())
                          || simulation.store().leavesAlone(record.id())
                          || listed.contains(record.id()) != record.stopped(),
                      "%s is %s, and GetWorkspaces lists %s",
                      record.id(),
                      record.phase(),
                      listed);
                }
              } catch (WorkspaceFault fault) {
                unless(
                    fault.getMessage().contains("newer version")
                        && !simulation.store().leftAlone().stream().allMatch(LeftAlone::stopped),
                    "GetWorkspaces: %s",
                    fault.getMessage());
              }
            });
    if (world.chance(0.9)) {
      world.after(world.upTo(Duration.ofMinutes(30)), this::list);
    }
  }

  void told(StoreChange change) {
    subscribers.forEach(subscriber -> subscriber.told(change));
    if (change.workspace().isEmpty()) {
      bridges.forEach(bridge -> bridge.forgotten(change.id()));
    }
  }

  void processLost() {
    subscribers.forEach(Subscriber::streamLost);
    bridges.forEach(Bridge::streamLost);
  }

  void idle(SimulatedProcess process) {
    subscribers.forEach(Subscriber::idle);
    bridges.forEach(Bridge::idle);
    unless(
        process.subscriptions().size()
            == subscribers.stream().filter(Subscriber::connected).count()
                + bridges.stream().filter(Bridge::connected).count(),
        "subscriptions are left open");
  }
}
