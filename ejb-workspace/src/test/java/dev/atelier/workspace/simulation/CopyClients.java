// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import static dev.atelier.workspace.simulation.Broken.unless;

import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.Capture.Kind;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Clients that want copies of content, wait for them or not, and start from them. */
final class CopyClients {
  private static final int TRIES = 4;

  /** What is asked for. */
  private enum Wish {
    BACKUP,
    SNAPSHOT,
    SNAPSHOT_AT_ONCE
  }

  private record Asked(String id, Wish wish, Instant at, CompletableFuture<String> answer) {
    Kind kind() {
      return wish == Wish.BACKUP ? Kind.BACKUP : Kind.SNAPSHOT;
    }
  }

  private record Read(String snapshot, CompletableFuture<Optional<Snapshot>> answer) {}

  private final World world;
  private final Simulation simulation;
  private final List<Asked> waiting = new ArrayList<>();
  private final List<Read> reading = new ArrayList<>();

  /** Snapshots whose URL was answered at once. */
  private final Set<String> promised = new LinkedHashSet<>();

  /** Of these a reader was told the end. */
  private final Set<String> whole = new HashSet<>();

  private Optional<SimulatedProcess> process = Optional.empty();

  CopyClients(World world, Simulation simulation) {
    this.world = world;
    this.simulation = simulation;
  }

  void plan(String id, Duration at) {
    int calls = world.chance(0.5) ? 0 : 1 + world.below(5);
    Duration when = at.plus(world.about(Duration.ofMinutes(10), Duration.ofHours(3), 0.3));
    for (int i = 0; i < calls; i++) {
      Wish wish = world.oneOf(Wish.values());
      world.after(when, () -> ask(id, wish, TRIES));
      when = when.plus(world.about(Duration.ofMillis(200), Duration.ofMinutes(20), 0.6));
    }
  }

  void processStarts(SimulatedProcess present) {
    process = Optional.of(present);
  }

  void processLost() {
    process = Optional.empty();
    check();
    waiting.clear();
    reading.clear();
  }

  private void ask(String id, Wish wish, int tries) {
    if (!simulation.started()) {
      again(id, wish, tries);
      return;
    }
    SimulatedProcess present = process.orElseThrow();
    List<CompletableFuture<String>> answer = new ArrayList<>();
    Instant now = world.now();
    Actor actor =
        new Actor(
            wish.name(),
            id,
            o -> answer.add(call(present, id, wish)),
            (before, after) -> before,
            now);
    try {
      simulation.as(actor, () -> actor.run(present.operations()));
      world.tell("client: %s of %s is taken on", wish, id);
      if (process.filter(present::equals).isEmpty()) {
        again(id, wish, tries);
        return;
      }
      asked(new Asked(id, wish, now, answer.get(0)));
    } catch (WorkspaceFault fault) {
      world.tell("client: %s of %s: %s", wish, id, fault.getMessage());
      if (process.filter(present::equals).isPresent()) {
        refused(id, fault, present);
      }
      if (fault.code() == WorkspaceFault.Code.UNAVAILABLE) {
        again(id, wish, tries);
      }
    } catch (ProcessLost lost) {
      again(id, wish, tries);
      throw lost;
    }
  }

  private static CompletableFuture<String> call(SimulatedProcess process, String id, Wish wish)
      throws WorkspaceFault {
    return switch (wish) {
      case BACKUP -> process.content().backup(id, Caller.MANAGER);
      case SNAPSHOT -> process.content().takeSnapshot(id, false, Caller.MANAGER);
      case SNAPSHOT_AT_ONCE -> process.content().takeSnapshot(id, true, Caller.MANAGER);
    };
  }

  private void again(String id, Wish wish, int tries) {
    if (tries > 1) {
      Duration pause = world.about(Duration.ofSeconds(1), Duration.ofMinutes(2), 0.2);
      world.after(pause, () -> ask(id, wish, tries - 1));
    }
  }

  private void asked(Asked asked) {
    if (asked.wish() == Wish.SNAPSHOT_AT_ONCE) {
      unless(asked.answer().isDone(), "a URL that was wanted at once is waited for");
      String id = SnapshotUrl.parse(asked.answer().join()).orElseThrow().id();
      unless(simulation.snapshots().record(id) != null, "snapshot %s is not recorded", id);
      promised.add(id);
      world.after(world.upTo(Duration.ofMinutes(40)), () -> read(id));
      return;
    }
    waiting.add(asked);
    if (world.chance(0.2)) {
      world.after(world.upTo(Duration.ofMinutes(10)), () -> asked.answer().cancel(false));
    }
  }

  private void refused(String id, WorkspaceFault fault, SimulatedProcess present) {
    Workspace record = simulation.store().record(id);
    boolean right =
        switch (fault.code()) {
          case UNAVAILABLE -> true;
          case NOT_FOUND -> record == null;
          case FAILED_PRECONDITION ->
              present.maintenance().active()
                  || record == null
                  || record.phase() != Phase.RUNNING
                  || simulation.ledger().life(id).changedAt.equals(world.now());
          case INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED, ALREADY_EXISTS -> false;
        };
    unless(right, "a copy of %s is refused: %s", id, fault.getMessage());
  }

  /** Somebody starts from a snapshot. */
  private void read(String id) {
    process.ifPresent(
        present -> {
          CompletableFuture<Optional<Snapshot>> answer = present.snapshots().settled(id);
          if (process.filter(present::equals).isEmpty()) {
            return;
          }
          reading.add(new Read(id, answer));
          if (world.chance(0.2)) {
            world.after(world.upTo(Duration.ofMinutes(10)), () -> answer.cancel(false));
          }
        });
  }

  void readAll() {
    promised.forEach(this::read);
  }

  /** Whatever was answered is right. */
  private void check() {
    for (Asked asked : waiting) {
      if (asked.answer().isDone() && !asked.answer().isCancelled()) {
        answered(asked);
      }
    }
    waiting.removeIf(asked -> asked.answer().isDone());
    for (Read read : reading) {
      if (read.answer().isDone() && !read.answer().isCompletedExceptionally()) {
        settled(read.snapshot(), read.answer().join());
      }
    }
    reading.removeIf(read -> read.answer().isDone());
  }

  private void answered(Asked asked) {
    try {
      String url = asked.answer().join();
      Optional<Instant> begun = simulation.copyLedger().begun(url);
      unless(begun.isPresent(), "%s is answered and was not made", url);
      unless(
          asked.wish() != Wish.BACKUP || !begun.get().isBefore(asked.at()),
          "backup %s of %s was begun at %s and asked for at %s",
          url,
          asked.id(),
          begun.get(),
          asked.at());
    } catch (CompletionException e) {
      unless(e.getCause() instanceof WorkspaceFault, "a caller hears %s", e.getCause());
    }
  }

  private void settled(String id, Optional<Snapshot> told) {
    unless(told.isPresent(), "snapshot %s was answered and is not known", id);
    Snapshot.State state = told.get().state();
    unless(state != Snapshot.State.UNDERWAY, "who waits for snapshot %s hears that it goes on", id);
    unless(
        state == Snapshot.State.COMPLETE || !whole.contains(id),
        "snapshot %s was whole, and is not any more",
        id);
    if (state == Snapshot.State.COMPLETE) {
      whole.add(id);
    }
  }

  void idle(SimulatedProcess present) {
    check();
    for (Asked asked : waiting) {
      Workspace record = simulation.store().record(asked.id());
      unless(
          record != null && CopyLedger.captures(record).first(asked.kind()).isPresent(),
          "who asked for a %s of %s at %s is never answered",
          asked.kind(),
          asked.id(),
          asked.at());
    }
    for (Read read : reading) {
      Snapshot record = simulation.snapshots().record(read.snapshot());
      unless(
          record.state() == Snapshot.State.UNDERWAY,
          "snapshot %s is %s, and who waits for it is not told",
          read.snapshot(),
          record.state());
    }
    unless(
        Rest.waiters(present.tracker()) == waiting.size(),
        "%d wait for copies, and the tracker holds %d waiters",
        waiting.size(),
        Rest.waiters(present.tracker()));
    unless(
        Rest.waiters(present.snapshots()) == reading.size(),
        "%d wait for snapshots, and %d waiters are held",
        reading.size(),
        Rest.waiters(present.snapshots()));
    for (String id : promised) {
      unless(simulation.snapshots().record(id) != null, "snapshot %s is forgotten", id);
    }
  }
}
