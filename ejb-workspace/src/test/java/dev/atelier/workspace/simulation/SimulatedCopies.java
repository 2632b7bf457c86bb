// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.SnapshotUrl;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Copies of one instance's content: what is whole survives the loss of the manager's process, what
 * is known of those under way or failed does not.
 */
final class SimulatedCopies {
  private final World world;
  private final Simulation simulation;
  private final SimulatedInstance instance;

  /** Whether what was over before is still seen beside a new one. */
  private final boolean remembers;

  /** When those that are whole were begun. */
  private final Map<String, Instant> whole = new HashMap<>();

  private Optional<Capture> running = Optional.empty();
  private Instant began = Instant.MIN;
  private int attempts;

  SimulatedCopies(World world, Simulation simulation, SimulatedInstance instance) {
    this.world = world;
    this.simulation = simulation;
    this.instance = instance;
    this.remembers = world.chance(0.5);
  }

  boolean running() {
    return running.isPresent();
  }

  void begin(Capture capture) {
    Observation seen = instance.seen();
    boolean known = seen.captures().stream().anyMatch(one -> one.id().equals(capture.id()));
    if (running() || known || !seen.contentReady()) {
      return;
    }
    simulation.copyLedger().begun(instance.id(), capture);
    running = Optional.of(capture);
    began = world.now();
    attempts++;
    see(capture, SaveState.RUNNING, "", world.chance(0.1) ? "the store is away" : "");
    int attempt = attempts;
    boolean fails = !whole.containsKey(capture.id()) && instance.mishap(0.2);
    boolean stuck = instance.mishap(0.03);
    if (!stuck) {
      Duration takes =
          whole.containsKey(capture.id())
              ? world.upTo(Duration.ofSeconds(1))
              : world.about(Duration.ofMinutes(2), Duration.ofHours(1), 0.15);
      instance.after(
          takes,
          () -> {
            if (attempt == attempts && running()) {
              over(capture, fails);
            }
          });
    }
  }

  private void over(Capture capture, boolean fails) {
    running = Optional.empty();
    if (fails) {
      simulation.copyLedger().failed(instance.id(), capture, began);
      see(capture, SaveState.FAILED, "", "disk full");
    } else {
      keep(capture);
      see(capture, SaveState.COMPLETE, url(capture), "");
    }
  }

  private void keep(Capture capture) {
    whole.putIfAbsent(capture.id(), began);
    Instant from = whole.get(capture.id());
    simulation.copyLedger().whole(instance.id(), capture, url(capture), from, began);
  }

  /** A copy that was under way is lost, or is whole and nobody knows. */
  void managerLost() {
    attempts++;
    if (running() && world.chance(0.3)) {
      keep(running.get());
    }
    running = Optional.empty();
    if (!instance.seen().captures().isEmpty()) {
      instance.become(o -> o.withCaptures(List.of()));
    }
  }

  private String url(Capture capture) {
    return switch (capture.kind()) {
      case SNAPSHOT -> new SnapshotUrl(capture.id()).toString();
      case BACKUP -> "backup:" + instance.id() + "/" + capture.id();
    };
  }

  private void see(Capture capture, SaveState state, String url, String message) {
    Duration took = Duration.between(began, world.now());
    List<Capture.Seen> all = new ArrayList<>(remembers ? instance.seen().captures() : List.of());
    all.removeIf(one -> one.id().equals(capture.id()));
    all.add(new Capture.Seen(capture.id(), state, url, took, message));
    instance.become(o -> o.withCaptures(all));
  }
}
