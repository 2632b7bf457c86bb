// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.MaintenanceRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One seed: a manager, its clients and what befalls them, from the first start to the last rest.
 */
final class Simulation {
  private static final long MOST_STEPS = 3_000_000;
  private static final Instant NEVER = World.BEGINNING.plus(Duration.ofDays(10_000));

  /** How long a manager that stands still is taken for the one that acts. */
  private static final Duration LEASE = Duration.ofSeconds(10);

  /** A call of the core. */
  @FunctionalInterface
  interface Work {
    void run() throws WorkspaceFault;
  }

  private final World world;
  private final SimulatedStore store;
  private final SimulatedRuntime runtime;
  private final SimulatedSnapshots snapshots;
  private final SimulatedHeard heard;
  private final Ledger ledger;
  private final CopyLedger copyLedger;
  private final AtomicInteger snapshotIds = new AtomicInteger();
  private final Clients clients;
  private final KeptMaintenance kept = new KeptMaintenance();
  private final Deque<Actor> actors = new ArrayDeque<>();
  private final int lives;
  private Temper temper;
  private boolean calm;
  private SimulatedProcess process;
  private int processes;

  /** Whether what happens is done by a manager in whose place another has gone on. */
  private boolean behind;

  private Instant quietSince = NEVER;

  Simulation(long seed, int lives, Story story) {
    this.world = new World(seed, story);
    this.lives = lives;
    this.temper = Temper.of(world.random());
    this.calm = temper.calm();
    this.store = new SimulatedStore(world, this);
    this.runtime = new SimulatedRuntime(world, this);
    this.snapshots = new SimulatedSnapshots(world, this);
    this.heard = new SimulatedHeard(world, this);
    this.ledger = new Ledger(world, this);
    this.copyLedger = new CopyLedger(world, this);
    this.clients = new Clients(world, this);
    store.keepBooksIn(ledger);
    runtime.keepBooksIn(ledger);
  }

  /** Runs it to its end; throws {@link Broken} when an invariant does not hold. */
  void run() {
    world.tell("%s", temper);
    Duration length = world.upTo(Duration.ofHours(4));
    world.after(Duration.ZERO, this::startProcess);
    clients.plan(lives, length, temper.maintenances());
    for (int i = 0; i < temper.losses(); i++) {
      world.after(world.upTo(length.plusHours(1)), this::lose);
    }
    for (int i = 0; i < temper.closings(); i++) {
      world.after(world.upTo(length.plusHours(1)), this::closePool);
    }
    world.after(length.plus(world.upTo(Duration.ofHours(2))), this::cease);
    boolean more = true;
    while (more) {
      if (world.idle()) {
        ledger.idle();
      }
      try {
        more = world.step();
      } catch (ProcessLost lost) {
        actors.clear();
      }
      behind = false;
      Broken.unless(world.steps() < MOST_STEPS, "it never comes to rest");
    }
    ledger.end();
  }

  private void closePool() {
    if (quietSince.equals(NEVER)) {
      store.pool().close();
    }
  }

  private void cease() {
    world.tell("faults cease");
    temper = temper.ceased();
    store.pool().reopen();
    quietSince = world.now();
  }

  private void startProcess() {
    if (process != null) {
      return;
    }
    processes++;
    world.tell("process %d starts", processes);
    store.passThroughOthers();
    ledger.processStarts();
    try {
      process = new SimulatedProcess(world, this, kept);
      copyLedger.processStarts(process);
      as(Actor.RECONCILER, process::start);
      world.tell("process %d has started", processes);
    } catch (WorkspaceFault | IllegalStateException fault) {
      world.tell("process %d cannot start: %s", processes, fault.getMessage());
      endProcess();
      runtime.managerLost();
      world.after(world.upTo(Duration.ofSeconds(30)), this::startProcess);
    }
  }

  /** Loses the process here and now, if there is one. */
  private void lose() {
    if (process == null || !quietSince.equals(NEVER)) {
      return;
    }
    if (behind) {
      world.tell("who stood still is lost");
      throw new ProcessLost();
    }
    world.tell("process %d is lost", processes);
    endProcess();
    runtime.managerLost();
    world.after(
        world.about(Duration.ofSeconds(20), Duration.ofMinutes(30), 0.1), this::startProcess);
    throw new ProcessLost();
  }

  private void endProcess() {
    if (process != null) {
      process.die();
    }
    process = null;
    store.processLost();
    snapshots.processLost();
    copyLedger.processLost();
    runtime.processLost();
    clients.processLost();
    ledger.processLost();
  }

  void maybeLost() {
    if (world.chance(temper.lossInside())) {
      lose();
    }
  }

  /**
   * The manager stands still, maybe, in the middle of what it does: another goes on in its place,
   * and then it continues with what it knew until its present task is done.
   */
  private void maybeStandStill() {
    if (behind || !started() || !world.alone() || !world.chance(temper.standstills())) {
      return;
    }
    world.tell("process %d stands still", processes);
    endProcess();
    world.after(LEASE.plus(world.upTo(Duration.ofSeconds(15))), this::startProcess);
    world.pass(LEASE.plus(world.about(Duration.ofMinutes(2), Duration.ofHours(2), 0.3)));
    behind = true;
    world.tell("a process continues in whose place another has gone on");
  }

  /** Until when there is maintenance, as it is recorded. */
  Optional<Instant> recordedMaintenance() {
    return kept.until.filter(world.now()::isBefore);
  }

  /** Whether what happens is done by a manager in whose place another has gone on. */
  boolean behind() {
    return behind;
  }

  /** What goes on elsewhere while a port is called. */
  void others() {
    maybeStandStill();
    boolean here = behind;
    behind = false;
    world.others(temper.interleaving(), temper.slowness());
    behind = here;
  }

  /** Runs as somebody, so that changes can be laid at the right door. */
  void as(Actor actor, Work work) throws WorkspaceFault {
    actors.push(actor);
    try {
      work.run();
    } finally {
      actors.poll();
    }
  }

  /** Runs a worker's task. */
  void asReconciler(Runnable task) {
    actors.push(Actor.RECONCILER);
    try {
      task.run();
    } finally {
      actors.poll();
    }
  }

  Actor actor() {
    return actors.peek();
  }

  Deque<Actor> actors() {
    return actors;
  }

  Temper temper() {
    return temper;
  }

  /** From when on deadlines must be kept, and how exactly. */
  Instant quietSince() {
    return calm ? World.BEGINNING : quietSince;
  }

  Duration slack() {
    return calm ? Duration.ofSeconds(1) : Duration.ofSeconds(60);
  }

  SimulatedStore store() {
    return store;
  }

  SimulatedRuntime runtime() {
    return runtime;
  }

  SimulatedSnapshots snapshots() {
    return snapshots;
  }

  SimulatedHeard heard() {
    return heard;
  }

  CopyLedger copyLedger() {
    return copyLedger;
  }

  /** Of snapshots, over all processes: none is given out twice. */
  AtomicInteger snapshotIds() {
    return snapshotIds;
  }

  Ledger ledger() {
    return ledger;
  }

  Clients clients() {
    return clients;
  }

  /** Empty while there is no process. */
  Optional<SimulatedProcess> process() {
    return Optional.ofNullable(process);
  }

  /** Whether there is a process, and its start is complete. */
  boolean started() {
    return process != null && process.started();
  }

  int processes() {
    return processes;
  }

  /** The end of maintenance, on a disk that may fail. */
  private final class KeptMaintenance implements MaintenanceRecord {
    private Optional<Instant> until = Optional.empty();

    @Override
    public Optional<Instant> read() throws WorkspaceFault {
      fail(temper.storeFaults());
      return until;
    }

    @Override
    public void write(Optional<Instant> end) throws WorkspaceFault {
      others();
      fail(temper.storeFaults());
      until = end;
      maybeLost();
      fail(temper.doubtfulWrites());
      others();
    }

    private void fail(double often) throws WorkspaceFault {
      if (world.chance(often)) {
        throw WorkspaceFault.unavailable("the disk is away");
      }
    }
  }
}
