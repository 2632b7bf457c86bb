// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import static dev.atelier.workspace.simulation.Broken.unless;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.store.WorkspaceStore.StoreChange;
import dev.atelier.workspace.subscribe.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A client that follows instances, more or less quickly, and connects again when it is cut off. */
final class Subscriber {
  /** Longer than the manager waits for somebody who takes nothing. */
  private static final Duration SILENT = Duration.ofHours(3);

  private record Due(String id, Phase phase) {}

  private final World world;
  private final Simulation simulation;
  private final boolean fromBeginning;
  private final String metaId;
  private final Duration pace;

  /** The newest version in each phase that was recorded and not heard yet. */
  private final Map<Due, Long> due = new LinkedHashMap<>();

  private final Map<String, Long> told = new HashMap<>();
  private final Map<String, Long> heard = new HashMap<>();

  /** What changed before the start was complete: the manager may tell of it though it need not. */
  private final Set<String> early = new HashSet<>();

  private Subscription stream;
  private boolean reading;

  /** Since when it could have taken something. */
  private Instant waitsSince = Instant.MAX;

  Subscriber(World world, Simulation simulation, boolean fromBeginning, String metaId) {
    this.world = world;
    this.simulation = simulation;
    this.fromBeginning = fromBeginning;
    this.metaId = metaId;
    this.pace =
        world.oneOf(Duration.ofMillis(10), Duration.ofSeconds(5), Duration.ofMinutes(20), SILENT);
  }

  void connect() {
    Optional<SimulatedProcess> process = simulation.process();
    if (stream != null) {
      return;
    }
    if (process.isEmpty()) {
      world.after(world.upTo(Duration.ofSeconds(10)), this::connect);
      return;
    }
    WorkspaceFilter filter = new WorkspaceFilter("", metaId, Map.of());
    due.clear();
    told.clear();
    heard.clear();
    early.clear();
    // Of what nobody was told yet, the manager knows the state before.
    for (Workspace known : process.get().tracker().all()) {
      if (simulation.store().owesNews(known.id())) {
        begin(known);
      }
    }
    for (Workspace record : simulation.store().all()) {
      if (!simulation.store().owesNews(record.id())
          && !simulation.store().leavesAlone(record.id())) {
        begin(record);
      }
    }
    if (!simulation.started()) {
      early.addAll(simulation.store().owed());
    }
    stream = process.get().subscriptions().open("simulated", filter, fromBeginning, this::readable);
    world.tell("subscriber connects");
    if (world.chance(0.2)) {
      world.after(world.upTo(Duration.ofHours(2)), this::leave);
    }
  }

  private void begin(Workspace state) {
    told.put(state.id(), state.version());
    if (fromBeginning) {
      owed(state);
    }
  }

  private void leave() {
    if (stream != null) {
      stream.close();
      stream = null;
      world.after(world.upTo(Duration.ofMinutes(1)), this::connect);
    }
  }

  void streamLost() {
    if (stream != null) {
      stream = null;
      world.after(world.upTo(Duration.ofSeconds(10)), this::connect);
    }
  }

  boolean connected() {
    return stream != null;
  }

  /** The manager learns of a change: whoever follows must hear of it if it is visible. */
  void told(StoreChange change) {
    if (stream == null || change.workspace().isEmpty()) {
      return;
    }
    Workspace current = change.workspace().get();
    Long before = told.put(current.id(), current.version());
    if (!simulation.started()) {
      early.add(current.id());
      // What it was when the client came, the manager may not have read before this came.
      due.keySet().removeIf(state -> state.id().equals(current.id()));
    }
    if (before == null || current.version() > before) {
      owed(current);
    }
  }

  private void owed(Workspace current) {
    if (metaId.isEmpty() || metaId.equals(current.spec().metaId())) {
      if (due.isEmpty()) {
        waitsSince = world.now();
      }
      due.put(new Due(current.id(), current.phase()), current.version());
    }
  }

  private void readable() {
    if (stream != null && stream.givenUp()) {
      unless(
          world.now().isAfter(waitsSince.plus(Subscription.PATIENCE)) || !early.isEmpty(),
          "a subscriber is given up that could take something since %s",
          waitsSince);
      world.tell("subscriber is given up");
      streamLost();
    } else if (!reading) {
      reading = true;
      world.after(world.upTo(pace), this::read);
    }
  }

  private void read() {
    reading = false;
    if (stream == null) {
      return;
    }
    unless(
        stream.pending() == due.size() || !simulation.started() || !early.isEmpty(),
        "%d updates are pending for a subscriber, and %d are due: %s",
        stream.pending(),
        due.size(),
        due);
    int most = 1 + world.below(5);
    for (int i = 0; i < most; i++) {
      Optional<Workspace> update = stream.poll();
      if (update.isEmpty()) {
        return;
      }
      hear(update.get());
    }
    if (stream.pending() > 0) {
      readable();
    }
  }

  private void hear(Workspace current) {
    String id = current.id();
    waitsSince = world.now();
    Long before = heard.put(id, current.version());
    unless(
        before == null || current.version() > before,
        "a subscriber hears version %d of %s after %d",
        current.version(),
        id,
        before);
    Long newest = due.remove(new Due(id, current.phase()));
    unless(
        newest == null ? early.contains(id) : newest == current.version(),
        "a subscriber hears %s of %s in version %d, the newest is %d",
        current.phase(),
        id,
        current.version(),
        newest);
  }

  /** With nothing under way, everything was heard. */
  void idle() {
    unless(
        stream == null || reading || due.isEmpty(), "a subscriber never hears of %s", due.keySet());
  }
}
