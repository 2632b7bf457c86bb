// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import static dev.atelier.workspace.simulation.Broken.unless;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Capture.Kind;
import dev.atelier.workspace.domain.Captures;
import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Exit;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.Workspace;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Keeps the books of copies of content: who wants one, which were made, what is said of them. */
final class CopyLedger {
  private static final int MOST_PENDING = 3;

  private record Key(String instance, String capture) {}

  private final World world;
  private final Simulation simulation;
  private final CopyClients clients;

  /** When what is whole was begun, by its URL. */
  private final Map<String, Instant> whole = new HashMap<>();

  private final Set<Key> failed = new HashSet<>();
  private final Map<Key, Duration> took = new HashMap<>();

  /** Before this no live backup is due by itself. */
  private final Map<String, Instant> backupNotBefore = new HashMap<>();

  CopyLedger(World world, Simulation simulation) {
    this.world = world;
    this.simulation = simulation;
    this.clients = new CopyClients(world, simulation);
  }

  CopyClients clients() {
    return clients;
  }

  /** When the copy of that URL was begun; empty: none is whole. */
  Optional<Instant> begun(String url) {
    return Optional.ofNullable(whole.get(url));
  }

  void processStarts(SimulatedProcess process) {
    clients.processStarts(process);
  }

  void processLost() {
    clients.processLost();
  }

  /** The runtime goes on with what it had begun, and asks for the snapshots that it needs. */
  void runtimeStarts() {
    clients.readAll();
  }

  void begun(String id, Capture capture) {
    Workspace record = simulation.store().record(id);
    unless(
        record == null || captures(record).pending(capture.id()) || simulation.behind(),
        "%s of %s is copied, and nobody waits for it",
        capture,
        id);
  }

  void failed(String id, Capture capture, Instant began) {
    Key key = new Key(id, capture.id());
    failed.add(key);
    took.put(key, Duration.between(began, world.now()));
  }

  void whole(String id, Capture capture, String url, Instant from, Instant began) {
    whole.put(url, from);
    took.put(new Key(id, capture.id()), Duration.between(began, world.now()));
  }

  /** A final backup, or the snapshot of a prebuild. */
  void saved(String url) {
    whole.put(url, world.now());
  }

  /** A record of a snapshot is written; what was there before is null when nothing was. */
  void recorded(Snapshot before, Snapshot after) {
    boolean complete = after.state() == Snapshot.State.COMPLETE;
    unless(
        !complete || whole.containsKey(after.url()),
        "snapshot %s is recorded as COMPLETE and was not made",
        after.id());
    unless(after.state() != Snapshot.State.UNDERWAY, "snapshot %s begins anew", after.id());
    unless(
        before == null || before.state() != Snapshot.State.COMPLETE || complete,
        "snapshot %s was COMPLETE and has failed: %s",
        after.id(),
        after.message());
  }

  void changed(Workspace before, Workspace after) {
    String id = after.id();
    Captures then = captures(before);
    Captures now = captures(after);
    String made = after.status().conditions().snapshot();
    if (!made.isEmpty() && before.status().conditions().snapshot().isEmpty()) {
      recorded(id, SnapshotUrl.parse(made).orElseThrow().id(), "", Snapshot.State.COMPLETE);
    }
    if (then.equals(now)) {
      return;
    }
    unless(now.pending().size() <= MOST_PENDING, "%s has pending copies %s", id, now.pending());
    unless(!after.stopped() || now.pending().isEmpty(), "%s is STOPPED and copied", id);
    for (Capture capture : then.pending()) {
      if (!now.pending(capture.id())) {
        Capture.Outcome outcome = now.outcome(capture.id()).orElse(null);
        unless(outcome != null, "nobody learns what came of %s of %s", capture, id);
        over(after, capture, outcome);
      }
    }
    boolean asked = simulation.actor() != Actor.RECONCILER;
    for (Capture capture : now.pending()) {
      if (!then.pending(capture.id())) {
        unless(before.phase() == Phase.RUNNING || !asked, "%s is %s", id, before.phase());
        unless(asked || periodic(before, after), "%s is backed up too early", id);
      }
    }
  }

  private boolean periodic(Workspace before, Workspace after) {
    Instant running =
        before.status().progress().runningAt().orElse(world.now()).plus(interval(after));
    Instant earliest = backupNotBefore.getOrDefault(after.id(), running);
    return !interval(after).isZero()
        && after.phase() == Phase.RUNNING
        && !world.now().isBefore(earliest);
  }

  private static Duration interval(Workspace workspace) {
    return workspace.spec().backupInterval();
  }

  private void over(Workspace after, Capture capture, Capture.Outcome outcome) {
    String id = after.id();
    boolean went = outcome.failure().isEmpty();
    unless(
        !went || whole.containsKey(outcome.url()),
        "%s of %s is over and was not made: %s",
        capture,
        id,
        outcome);
    unless(
        went || mayFail(after, capture, outcome.failure()), "%s of %s: %s", capture, id, outcome);
    if (capture.kind() == Kind.SNAPSHOT) {
      recorded(
          id,
          capture.id(),
          outcome.failure(),
          went ? Snapshot.State.COMPLETE : Snapshot.State.FAILED);
      return;
    }
    Duration last = took.getOrDefault(new Key(id, capture.id()), Duration.ZERO).multipliedBy(9);
    Duration pause = last.compareTo(interval(after)) > 0 ? last : interval(after);
    backupNotBefore.put(id, outcome.at().plus(pause));
  }

  /** What is said of an instance is recorded of the snapshot already. */
  private void recorded(String id, String snapshot, String failure, Snapshot.State state) {
    Snapshot record = simulation.snapshots().record(snapshot);
    unless(
        record != null
            && (record.state() == Snapshot.State.COMPLETE
                || (record.state() == state && record.message().equals(failure))),
        "%s says that its snapshot is %s %s, and recorded is %s",
        id,
        state,
        failure,
        record);
  }

  private boolean mayFail(Workspace after, Capture capture, String why) {
    Conditions conditions = after.status().conditions();
    Observation seen = simulation.runtime().peek(after.id());
    if (why.equals("the instance was aborted")) {
      return conditions.aborted();
    }
    if (why.startsWith("the instance is gone")) {
      return seen.stage() == Observation.Stage.ABSENT
          || seen.exit().map(exit -> exit.cause() == Exit.Cause.NODE_LOST).orElse(false);
    }
    if (why.startsWith("it was not complete when")) {
      // Without a timeout only a backup may be overtaken: by a disposal that makes none.
      Instant since = after.status().progress().stoppingAt().orElseThrow();
      Instant deadline = since.plus(SimulatedProcess.SETTINGS.finalization());
      return !world.now().isBefore(deadline) || capture.kind() == Kind.BACKUP;
    }
    return failed.contains(new Key(after.id(), capture.id()));
  }

  /** Nothing will happen for a while. */
  void idle(SimulatedProcess process) {
    for (Workspace record : simulation.store().all()) {
      if (simulation.store().leavesAlone(record.id())) {
        continue;
      }
      boolean aborted = record.phase() == Phase.STOPPING && record.status().conditions().aborted();
      unless(
          !(aborted || record.stopped()) || captures(record).pending().isEmpty(),
          "%s is %s and waits for %s",
          record.id(),
          record.phase(),
          captures(record).pending());
    }
    for (Snapshot snapshot : simulation.snapshots().all()) {
      Workspace instance = simulation.store().record(snapshot.instanceId());
      unless(
          snapshot.state() != Snapshot.State.UNDERWAY
              || (instance != null && captures(instance).pending(snapshot.id())),
          "snapshot %s stays under way for ever",
          snapshot.id());
    }
    clients.idle(process);
  }

  static Captures captures(Workspace workspace) {
    return workspace.status().progress().captures();
  }
}
