// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.Observation.Exit;
import dev.atelier.workspace.domain.Observation.Stage;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/** Brings instances down, and finds out how they ended. */
final class InstanceEnd {
  private static final Logger LOG = System.getLogger(InstanceEnd.class.getName());
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final Duration KILL_AGAIN = Duration.ofSeconds(1);
  private static final int KILLED = 128 + 9;

  private final LocalHost host;

  InstanceEnd(LocalHost host) {
    this.host = host;
  }

  /** TERM now and KILL at that time, unless that is settled for an earlier one already. */
  void terminate(LocalInstance instance, Instant killAt) {
    boolean first;
    synchronized (instance) {
      first = !instance.terminating();
      if (instance.ended() || !instance.killAt(killAt)) {
        return;
      }
    }
    host.run(
        instance,
        () -> {
          synchronized (instance) {
            keepKillAt(instance);
          }
          carryOn(instance, first);
        });
  }

  /** For the next manager; without it that one begins the grace anew, as the record says. */
  private void keepKillAt(LocalInstance instance) {
    if (!instance.folder.exists()) {
      return;
    }
    try {
      instance.folder.writeKillAt(instance.killAt().orElseThrow());
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "instance {0}: when it is killed could not be written: {1}",
          instance.id,
          e.getMessage());
    }
  }

  /** Does what a termination still needs. */
  void carryOn(LocalInstance instance, boolean ask) throws IOException {
    if (instance.interruptInitialization()) {
      return;
    }
    if (!instance.launched()) {
      endedUnlaunched(instance);
      return;
    }
    if (ask) {
      ask(instance);
    }
    Instant killAt = instance.killAt().orElseThrow();
    host.runAfter(
        Duration.between(host.clock.instant(), killAt), instance, () -> kill(instance, killAt));
  }

  private void ask(LocalInstance instance) throws IOException {
    boolean tooEarly = !host.processes(instance).terminate();
    if (tooEarly && !instance.ended()) {
      host.runAfter(PAUSE, instance, () -> ask(instance));
    }
  }

  private void kill(LocalInstance instance, Instant due) throws IOException {
    if (instance.ended() || instance.killAt().filter(due::equals).isEmpty()) {
      return;
    }
    host.processes(instance).kill();
    look(instance);
    host.runAfter(KILL_AGAIN, instance, () -> kill(instance, due));
  }

  /** Never to be launched any more. */
  void endedUnlaunched(LocalInstance instance) {
    host.update(instance, seen -> seen.with(s -> s.stage(Stage.ENDED).ready(false).message("")));
  }

  /** Whether it has ended, and how. */
  void look(LocalInstance instance) throws IOException {
    if (instance.ended()) {
      return;
    }
    InstanceFolder folder = instance.folder;
    Optional<InstanceFolder.End> end = folder.end();
    boolean runs =
        folder.launcherIdentity().map(ProcessIdentity::alive).orElseGet(instance::launcherRuns);
    if (end.isEmpty() && runs) {
      return;
    }
    ProcessTree processes = host.processes(instance);
    if (!host.sandbox.isolated() && tidying(instance, processes)) {
      host.runAfter(PAUSE, instance, () -> look(instance));
      return;
    }
    processes.kill();
    if (end.isEmpty()) {
      processes.killHelpers();
    }
    Exit exit = exit(folder, end);
    Files.deleteIfExists(folder.endMark());
    host.update(
        instance,
        seen -> seen.with(s -> s.stage(Stage.ENDED).ready(false).exit(Optional.of(exit))));
    LOG.log(
        Level.DEBUG,
        () -> "instance " + instance.id + ": main process ended, " + exit.cause() + exit.code());
  }

  /** Whether somebody whom nothing but time ends still uses the grace. */
  private boolean tidying(LocalInstance instance, ProcessTree processes) throws IOException {
    return instance.killAt().map(host.clock.instant()::isBefore).orElse(false)
        && processes.anyLeft();
  }

  private Exit exit(InstanceFolder folder, Optional<InstanceFolder.End> end) throws IOException {
    OptionalInt code = end.map(InstanceFolder.End::code).orElse(OptionalInt.empty());
    Instant at = end.map(InstanceFolder.End::at).orElseGet(host.clock::instant);
    Optional<String> evicted = folder.evicted();
    if (evicted.isPresent()) {
      return new Exit(Exit.Cause.EVICTED, code, at, evicted.get());
    }
    boolean outOfMemory =
        code.orElse(0) == KILLED && host.machine.groups().outOfMemory(folder.id());
    return new Exit(
        outOfMemory ? Exit.Cause.OUT_OF_MEMORY : Exit.Cause.EXITED,
        code,
        at,
        OutputLog.end(folder));
  }
}
