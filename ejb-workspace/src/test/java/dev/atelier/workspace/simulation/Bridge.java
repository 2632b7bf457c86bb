// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import static dev.atelier.workspace.simulation.Broken.unless;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.subscribe.HeardEndings;
import dev.atelier.workspace.subscribe.Hearer;
import dev.atelier.workspace.subscribe.SteppedEndings;
import dev.atelier.workspace.subscribe.Subscription;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A client that may miss no ending, though it comes late, does not read for hours, or is cut off:
 * it is told each of them once, or once more when nobody could know that it had heard.
 */
final class Bridge {
  private record Ending(String id, Phase phase) {}

  /** What this caller has said that it has heard, and to which process. */
  private record Said(long version, int process) {}

  private final World world;
  private final Simulation simulation;
  private final Hearer caller;
  private final Duration pace;

  /** The newest version of each ending that was ever read. */
  private final Map<Ending, Long> read = new HashMap<>();

  /** By instance. */
  private final Map<String, Said> said = new HashMap<>();

  /** What was known of this caller when the present stream was opened, by instance. */
  private final Map<String, Long> knownBefore = new HashMap<>();

  /** Of the present stream, by instance. */
  private final Map<String, Long> newest = new HashMap<>();

  private Subscription stream;
  private boolean reading;
  private boolean coming;

  Bridge(World world, Simulation simulation, String program) {
    this.world = world;
    this.simulation = simulation;
    this.caller = new Hearer("bridge", program);
    this.pace = world.oneOf(Duration.ofMillis(10), Duration.ofSeconds(30), Duration.ofHours(3));
  }

  void connect() {
    coming = false;
    if (stream != null) {
      return;
    }
    if (!simulation.started()) {
      again(Duration.ofSeconds(30));
      return;
    }
    SimulatedProcess process = simulation.process().orElseThrow();
    knownBefore.clear();
    newest.clear();
    for (Workspace record : simulation.store().all()) {
      knownBefore.put(record.id(), known(record.id()));
    }
    try {
      Subscription opened =
          process
              .subscriptions()
              .open(
                  "bridge",
                  WorkspaceFilter.ALL,
                  process.endings().unheardBy(caller),
                  this::readable);
      if (simulation.process().filter(process::equals).isEmpty()) {
        again(Duration.ofSeconds(10));
        return;
      }
      stream = opened;
      world.tell("bridge %s connects", caller.program());
      readable();
      if (world.chance(0.4)) {
        world.after(world.upTo(Duration.ofHours(1)), this::leave);
      }
    } catch (WorkspaceFault fault) {
      unless(
          fault.code() == WorkspaceFault.Code.UNAVAILABLE,
          "a bridge is refused: %s",
          fault.getMessage());
      again(Duration.ofSeconds(10));
    }
  }

  /** The version up to which the manager must know that this caller has heard. */
  private long known(String id) {
    long durable = simulation.heard().noted(id, SteppedEndings.key(caller));
    Said here = said.get(id);
    return here != null && here.process() == simulation.processes()
        ? Math.max(durable, here.version())
        : durable;
  }

  private void again(Duration longest) {
    if (!coming) {
      coming = true;
      world.after(world.upTo(longest), this::connect);
    }
  }

  private void leave() {
    if (stream != null) {
      stream.close();
      stream = null;
      world.tell("bridge %s leaves", caller.program());
      again(world.about(Duration.ofMinutes(1), Duration.ofMinutes(30), 0.3));
    }
  }

  void streamLost() {
    if (stream != null) {
      stream = null;
      again(Duration.ofMinutes(2));
    }
  }

  boolean connected() {
    return stream != null;
  }

  private void readable() {
    if (stream != null && stream.givenUp()) {
      world.tell("bridge %s is given up", caller.program());
      streamLost();
    } else if (!reading) {
      reading = true;
      world.after(world.upTo(pace), this::read);
    }
  }

  private void read() {
    reading = false;
    int most = 1 + world.below(20);
    for (int i = 0; stream != null && i < most; i++) {
      Optional<Workspace> update = stream.poll();
      if (update.isEmpty()) {
        return;
      }
      hear(update.get());
    }
    if (stream != null && stream.pending() > 0) {
      readable();
    }
  }

  private void hear(Workspace state) {
    String id = state.id();
    HeardEndings endings = simulation.process().orElseThrow().endings();
    Long before = newest.put(id, state.version());
    unless(
        before == null || state.version() > before,
        "a bridge hears version %d of %s after %d",
        state.version(),
        id,
        before);
    if (!endings.counts(state)) {
      return;
    }
    unless(
        // What was heard is forgotten with the record; the manager may not know yet that it was.
        state.version() > knownBefore.getOrDefault(id, 0L) || simulation.store().record(id) == null,
        "bridge %s has heard how %s ended, and is told again: %s in version %d",
        caller.program(),
        id,
        state.phase(),
        state.version());
    read.merge(new Ending(id, state.phase()), state.version(), Math::max);
    // What a client has taken is known a moment later, or never where it was cut off.
    Subscription heardOn = stream;
    world.after(
        world.upTo(Duration.ofMillis(500)),
        () -> {
          if (stream == heardOn) {
            endings.heard(caller, state);
            said.put(id, new Said(state.version(), simulation.processes()));
            simulation.process().orElseThrow().endingsWait();
          }
        });
  }

  /** An instance's record is gone: another one may have its id. */
  void forgotten(String id) {
    said.remove(id);
  }

  /** With nothing under way, every ending that is recorded was heard. */
  void idle() {
    if (stream == null || reading) {
      return;
    }
    for (Workspace record : simulation.store().all()) {
      if (!record.stopped() || simulation.store().leavesAlone(record.id())) {
        continue;
      }
      unless(
          read.getOrDefault(new Ending(record.id(), Phase.STOPPED), 0L) == record.version(),
          "bridge %s never hears that %s has stopped",
          caller.program(),
          record.id());
      unless(
          record.status().conditions().snapshot().isEmpty()
              || read.containsKey(new Ending(record.id(), Phase.STOPPING)),
          "bridge %s never hears of the snapshot of %s",
          caller.program(),
          record.id());
      Said last = said.get(record.id());
      unless(
          last == null
              || last.process() != simulation.processes()
              || simulation.heard().noted(record.id(), SteppedEndings.key(caller))
                  >= last.version(),
          "bridge %s has heard how %s ended, and that is never noted",
          caller.program(),
          record.id());
    }
  }
}
