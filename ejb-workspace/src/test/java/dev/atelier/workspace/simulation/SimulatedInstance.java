// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Disposal;
import dev.atelier.workspace.domain.Observation.Exit;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.RuntimeInfo;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.Workspace;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/** One instance in the simulated runtime, from its launch to its removal. */
final class SimulatedInstance {
  private static final Duration NEVER = Duration.ofDays(400);

  private final World world;
  private final Simulation simulation;
  private final SimulatedRuntime runtime;
  private final Workspace asked;
  private final SimulatedCopies copies;
  private Observation seen = Observation.ABSENT.withStage(Stage.WAITING);
  private Instant dies = Instant.MAX;
  private Duration grace = NEVER;
  private boolean stubborn;
  private Save saving = Save.NOTHING;
  private String saved = "";

  SimulatedInstance(World world, Simulation simulation, SimulatedRuntime runtime, Workspace asked) {
    this.world = world;
    this.simulation = simulation;
    this.runtime = runtime;
    this.asked = asked;
    this.copies = new SimulatedCopies(world, simulation, this);
  }

  String id() {
    return asked.id();
  }

  String metaId() {
    return asked.spec().metaId();
  }

  SimulatedCopies copies() {
    return copies;
  }

  Observation seen() {
    return seen;
  }

  /** Where its content was saved; empty while it is not. */
  String saved() {
    return saved;
  }

  Duration grace() {
    return grace;
  }

  /** Whether its place was refused to it. */
  boolean rejected() {
    return seen.exit().map(exit -> exit.cause() == Exit.Cause.REJECTED).orElse(false);
  }

  /** Whether processes of it live. */
  boolean alive() {
    return seen.stage() != Stage.ENDED;
  }

  void begin() {
    stubborn = mishap(0.05);
    later(Duration.ofSeconds(2), Duration.ofMinutes(40), this::placed);
    if (mishap(0.2)) {
      later(Duration.ofSeconds(2), Duration.ofMinutes(10), () -> exit(Exit.Cause.REJECTED, 1));
    }
    if (mishap(0.05)) {
      later(Duration.ofMinutes(5), Duration.ofHours(1), () -> runtime.vanish(this));
    }
    if (mishap(0.3)) {
      later(Duration.ofMinutes(2), Duration.ofHours(3), this::badEnd);
    }
  }

  private void placed() {
    if (seen.stage() != Stage.WAITING) {
      return;
    }
    become(
        o ->
            o.withStage(Stage.CREATING)
                .withPullingImages(true)
                .withRuntime(new RuntimeInfo("node", "ws-" + id(), "127.0.0.1"))
                .withMessage("pulling"));
    if (mishap(0.1)) {
      become(o -> o.withFailure("image cannot be pulled"));
    }
    later(Duration.ofSeconds(5), Duration.ofMinutes(80), this::made);
  }

  private void made() {
    if (seen.stage() != Stage.CREATING || !seen.failure().isEmpty()) {
      return;
    }
    simulation.ledger().contentBegins(id());
    become(o -> o.withStage(Stage.INITIALIZING).withPullingImages(false).withMessage(""));
    later(
        Duration.ofSeconds(20),
        Duration.ofMinutes(80),
        mishap(0.1)
            ? () -> failContent("Content initialization failed: no such remote")
            : this::filled);
  }

  private void failContent(String why) {
    if (seen.stage() == Stage.INITIALIZING) {
      become(o -> o.withStage(Stage.ENDED).withFailure(why));
    }
  }

  private void filled() {
    if (seen.stage() != Stage.INITIALIZING) {
      return;
    }
    become(o -> o.withStage(Stage.STARTED).withContentReady(true));
    later(Duration.ofSeconds(5), Duration.ofMinutes(80), () -> ready(true));
    if (asked.spec().headless()) {
      later(Duration.ofMinutes(2), Duration.ofHours(2), () -> exit(Exit.Cause.EXITED, code()));
    }
    for (int i = 0; i < 3; i++) {
      if (mishap(0.3)) {
        later(Duration.ofMinutes(10), Duration.ofHours(2), this::interrupted);
        later(Duration.ofMinutes(10), Duration.ofHours(2), () -> ready(world.chance(0.5)));
      }
    }
  }

  private int code() {
    return world.chance(0.3) ? 1 + world.below(140) : 0;
  }

  private void ready(boolean ready) {
    if (seen.stage() == Stage.STARTED) {
      become(o -> o.withReady(ready));
    }
  }

  private void interrupted() {
    if (seen.stage() != Stage.STARTED) {
      return;
    }
    become(o -> o.withInterrupted(true));
    later(
        Duration.ofMinutes(2),
        Duration.ofMinutes(12),
        () -> {
          if (seen.interrupted()) {
            become(o -> o.withInterrupted(false));
          }
        });
  }

  private void badEnd() {
    if (seen.stage() == Stage.STARTED || seen.stage() == Stage.INITIALIZING) {
      exit(
          world.oneOf(
              Exit.Cause.EXITED,
              Exit.Cause.OUT_OF_MEMORY,
              Exit.Cause.EVICTED,
              Exit.Cause.NODE_LOST,
              Exit.Cause.DELETED),
          world.oneOf(0, 1, 137));
    }
  }

  private void exit(Exit.Cause cause, int code) {
    boolean tooLate = cause == Exit.Cause.REJECTED && seen.stage() != Stage.WAITING;
    if (!alive() || tooLate) {
      return;
    }
    OptionalInt known = world.chance(0.1) ? OptionalInt.empty() : OptionalInt.of(code);
    become(
        o ->
            o.withStage(Stage.ENDED)
                .withReady(false)
                .withInterrupted(false)
                .withPullingImages(false)
                .withExit(Optional.of(new Exit(cause, known, world.now(), "last words"))));
  }

  void terminate(Duration wanted) {
    if (wanted.compareTo(grace) < 0) {
      grace = wanted;
    }
    Instant killed = world.now().plus(wanted);
    if (!alive() || !killed.isBefore(dies)) {
      return;
    }
    dies = killed;
    world.tell("runtime: %s has %s to end", id(), wanted);
    if (!stubborn) {
      world.after(world.upTo(wanted.plusMillis(200)), () -> exit(Exit.Cause.EXITED, 143));
    }
  }

  void dispose(Save save) {
    if (seen.disposal().state() != SaveState.NONE || copies.running()) {
      return;
    }
    Broken.unless(!alive(), "%s is disposed while its processes live", id());
    saving = save;
    become(o -> o.withDisposal(disposal(SaveState.RUNNING, "", "")));
    if (mishap(0.1)) {
      return;
    }
    boolean fails = mishap(0.15);
    if (mishap(0.2)) {
      later(Duration.ofSeconds(30), Duration.ofMinutes(20), () -> waits("the store is away"));
      later(Duration.ofSeconds(30), Duration.ofMinutes(20), () -> waits("the store is full"));
    }
    later(
        Duration.ofSeconds(10),
        Duration.ofMinutes(70),
        () -> {
          if (seen.disposal().state() == SaveState.RUNNING) {
            disposed(fails);
          }
        });
  }

  private void waits(String message) {
    if (seen.disposal().state() == SaveState.RUNNING) {
      become(o -> o.withDisposal(disposal(SaveState.RUNNING, "", message)));
    }
  }

  private void disposed(boolean fails) {
    if (fails) {
      become(o -> o.withDisposal(disposal(SaveState.FAILED, "", "disk full")));
      return;
    }
    saved =
        switch (saving) {
          case NOTHING -> "";
          case BACKUP -> "saved:" + id();
          case SNAPSHOT -> snapshotUrl();
        };
    simulation.ledger().saved(id(), saving);
    simulation.copyLedger().saved(saved);
    become(o -> o.withDisposal(disposal(SaveState.COMPLETE, saved, "")));
  }

  private String snapshotUrl() {
    return new SnapshotUrl(asked.status().progress().snapshotId().orElseThrow()).toString();
  }

  private static Disposal disposal(SaveState state, String url, String message) {
    return new Disposal(state, url, Optional.empty(), message);
  }

  /** What the manager did for it by itself is lost, or is taken up again. */
  void managerLost() {
    copies.managerLost();
    if (seen.disposal().state() == SaveState.RUNNING && world.chance(0.5)) {
      become(o -> o.withDisposal(Disposal.NONE));
    }
    if (seen.stage() == Stage.INITIALIZING && world.chance(0.3)) {
      failContent("Content initialization failed: lost with the manager");
    }
  }

  boolean mishap(double often) {
    return world.chance(often * simulation.temper().mishaps());
  }

  private void later(Duration usual, Duration longest, Runnable act) {
    after(world.about(usual, longest, 0.05 * simulation.temper().mishaps()), act);
  }

  /** Happens to it unless it is no more. */
  void after(Duration delay, Runnable act) {
    world.after(
        delay,
        () -> {
          if (runtime.instance(id()) == this) {
            act.run();
          }
        });
  }

  void become(UnaryOperator<Observation> change) {
    seen = change.apply(seen);
    if (world.story().wanted()) {
      world.tell(
          "runtime: %s %s%s%s %s %s",
          id(),
          seen.stage(),
          seen.ready() ? " ready" : "",
          seen.interrupted() ? " interrupted" : "",
          seen.failure() + seen.exit().map(Exit::toString).orElse(""),
          seen.disposal().state());
    }
    runtime.changed(id());
  }
}
