// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import static dev.atelier.workspace.simulation.Broken.unless;

import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Exit;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Progress;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceControls;
import dev.atelier.workspace.store.WorkspaceStore.StoreChange;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Keeps the books of all that is done, and objects as soon as something is not as it must be. */
final class Ledger {
  private final World world;
  private final Simulation simulation;
  private final Rest rest;
  private final Map<String, Life> lives = new HashMap<>();
  private Instant noTimeoutsBefore = World.BEGINNING;

  Ledger(World world, Simulation simulation) {
    this.world = world;
    this.simulation = simulation;
    this.rest = new Rest(world, simulation);
  }

  /** What is known of an instance; null when it was never recorded. */
  Life life(String id) {
    return lives.get(id);
  }

  void processStarts() {
    postponed(world.now());
    for (Workspace record : simulation.store().all()) {
      Life life = lives.get(record.id());
      life.active = record.controls().lastActivity().orElse(Instant.MIN);
      life.stopToldAt = record.controls().stop().isPresent() ? world.now() : Instant.MAX;
    }
  }

  void processLost() {
    lives.values().forEach(life -> life.stopToldAt = Instant.MAX);
  }

  /** Nobody can be held to a deadline before this. */
  void postponed(Instant until) {
    if (until.isAfter(noTimeoutsBefore)) {
      noTimeoutsBefore = until;
    }
  }

  void created(Workspace workspace) {
    unless(!lives.containsKey(workspace.id()), "%s is recorded twice", workspace.id());
    unless(workspace.version() == 1, "%s begins with another version", workspace.id());
    lives.put(workspace.id(), new Life(world.now()));
  }

  void changed(Workspace before, Workspace after) {
    String id = before.id();
    Life life = lives.get(id);
    boolean visible = !Oracle.visible(before).equals(Oracle.visible(after));
    unless(
        after.version() == before.version() + (visible ? 1 : 0),
        "%s changes visibly: %s, its version from %d to %d",
        id,
        visible,
        before.version(),
        after.version());
    unless(
        after.spec().equals(before.spec()) && after.createdAt().equals(before.createdAt()),
        "what was asked of %s changes",
        id);
    controls(before, after);
    kept(id, before.status().conditions(), after.status().conditions());
    Phase phase = after.phase();
    if (phase != before.phase()) {
      boolean again =
          after.status().progress().rejections() == before.status().progress().rejections() + 1;
      unless(
          Oracle.mayFollow(before.phase(), phase, again),
          "%s goes from %s to %s",
          id,
          before.phase(),
          phase);
      arrived(before, after, life);
    }
    if (!after.status().conditions().timeout().equals(before.status().conditions().timeout())) {
      timedOut(before, life);
    }
    if (!timely(before).equals(timely(after))) {
      onTime(before, life);
      life.changedAt = world.now();
    }
    credentials(before, after);
  }

  /** What an instance's deadline hangs on, but for activity. */
  private static Object timely(Workspace w) {
    return java.util.List.of(
        w.phase(),
        w.status().progress().disposed(),
        w.controls().timeout(),
        w.controls().closedTimeout(),
        w.controls().closed());
  }

  private void controls(Workspace before, Workspace after) {
    WorkspaceControls then = before.controls();
    WorkspaceControls now = after.controls();
    if (then.equals(now)) {
      return;
    }
    Actor actor = simulation.actor();
    unless(actor.mayHave(then, now), "%s changes %s to %s", actor.name(), then, now);
    unless(
        !now.lastActivity().equals(then.lastActivity())
            ? now.lastActivity().orElseThrow().isAfter(then.lastActivity().orElse(Instant.MIN))
            : true,
        "the activity of %s goes back",
        before.id());
    for (Actor other : simulation.actors()) {
      if (other != actor && other.id().equals(before.id())) {
        other.overtake();
      }
    }
  }

  /** What holds for good once it holds. */
  private static void kept(String id, Conditions before, Conditions after) {
    if (before.equals(after)) {
      return;
    }
    unless(
        before.firstUserActivity().isEmpty()
            || before.firstUserActivity().equals(after.firstUserActivity()),
        "the first user activity of %s changes",
        id);
    keptText(id, "failed", before.failed(), after.failed());
    keptText(id, "timeout", before.timeout(), after.timeout());
    keptText(id, "headless_task_failed", before.headlessTaskFailed(), after.headlessTaskFailed());
    keptText(id, "snapshot", before.snapshot(), after.snapshot());
    unless(
        after.stoppedByRequest() || !before.stoppedByRequest(),
        "stopped_by_request of %s is taken back",
        id);
    unless(after.aborted() || !before.aborted(), "aborted of %s is taken back", id);
    unless(
        after.finalBackupComplete() || !before.finalBackupComplete(),
        "the backup of %s is taken back",
        id);
  }

  private static void keptText(String id, String what, String before, String after) {
    unless(
        before.isEmpty() || before.equals(after),
        "%s of %s changes from \"%s\" to \"%s\"",
        what,
        id,
        before,
        after);
  }

  private void arrived(Workspace before, Workspace after, Life life) {
    String id = after.id();
    Conditions conditions = after.status().conditions();
    Observation seen = simulation.runtime().peek(id);
    if (after.phase() == Phase.RUNNING && before.phase() != Phase.INTERRUPTED) {
      unless(seen.contentReady() || life.vanished, "%s is RUNNING without its content", id);
    }
    if (after.phase() == Phase.STOPPING) {
      boolean done =
          after.spec().headless()
              && seen.exit().map(e -> e.cause() == Exit.Cause.EXITED).orElse(life.vanished)
              && seen.exit().map(e -> e.code().orElse(-1) == 0).orElse(true);
      unless(
          done
              || conditions.stoppedByRequest()
              || !conditions.failed().isEmpty()
              || !conditions.timeout().isEmpty()
              || !conditions.headlessTaskFailed().isEmpty(),
          "%s is STOPPING and does not say why",
          id);
      unless(
          conditions.stoppedByRequest() == after.controls().stop().isPresent(),
          "stopped_by_request of %s is %s",
          id,
          conditions.stoppedByRequest());
    }
    if (after.phase() == Phase.STOPPED) {
      stopped(before, after, life);
    }
  }

  private void stopped(Workspace before, Workspace after, Life life) {
    String id = after.id();
    Conditions conditions = after.status().conditions();
    SimulatedInstance instance = simulation.runtime().instance(id);
    unless(
        conditions.snapshot().equals(before.status().conditions().snapshot()),
        "the snapshot of %s is first told when it is STOPPED",
        id);
    unless(
        instance == null || !instance.alive() || !conditions.failed().isEmpty(),
        "%s is STOPPED while its processes live",
        id);
    unless(
        !conditions.finalBackupComplete() || life.saved == Save.BACKUP,
        "%s has a final backup that was not made",
        id);
    unless(
        conditions.snapshot().isEmpty() || life.saved == Save.SNAPSHOT,
        "%s has a snapshot that was not made",
        id);
    boolean due =
        !after.spec().headless()
            && !conditions.aborted()
            && after.status().progress().contentReadyAt().isPresent();
    unless(
        !due || conditions.finalBackupComplete() || !conditions.failed().isEmpty(),
        "%s is STOPPED without its final backup, and nothing says so",
        id);
    unless(
        conditions.stoppedByRequest() == after.controls().stop().isPresent()
            && conditions.aborted()
                == after.controls().stop().equals(Optional.of(StopPolicy.ABORT)),
        "%s was stopped by %s and says %s",
        id,
        after.controls().stop(),
        conditions);
  }

  private void timedOut(Workspace before, Life life) {
    Instant look = simulation.runtime().lookBegan(before.id());
    Instant deadline =
        Oracle.deadline(before, life.active.isBefore(look) ? life.active : Instant.MIN);
    // What a client was refused may be noted all the same.
    boolean tried = !life.tried.equals(Instant.MAX);
    Instant earliest = tried ? Oracle.deadline(before, life.tried) : deadline;
    unless(
        !world.now().isBefore(deadline) || !world.now().isBefore(earliest),
        "%s times out before %s",
        before.id(),
        deadline);
    Optional<Instant> maintained = simulation.process().flatMap(SimulatedProcess::maintainedSince);
    unless(
        maintained.map(since -> !since.isBefore(look)).orElse(true),
        "%s times out under maintenance",
        before.id());
  }

  /** It was left in time: held to that where nothing fails any more. */
  private void onTime(Workspace before, Life life) {
    Instant due = latest(Oracle.deadline(before, life.active), noTimeoutsBefore, life.changedAt);
    unless(
        !world.now().isAfter(latest(due, simulation.quietSince(), due).plus(simulation.slack())),
        "%s leaves %s late: it was due at %s",
        before.id(),
        before.phase(),
        due);
  }

  private static Instant latest(Instant one, Instant two, Instant three) {
    Instant later = one.isAfter(two) ? one : two;
    return later.isAfter(three) ? later : three;
  }

  private void credentials(Workspace before, Workspace after) {
    String id = after.id();
    Progress progress = after.status().progress();
    boolean over = after.phase().compareTo(Phase.RUNNING) >= 0;
    boolean held = simulation.store().holdsCredentials(id);
    unless(!over || !held, "the credentials of %s are kept for longer than needed", id);
    if (before.status().progress().credentialsHeld() && !progress.credentialsHeld()) {
      unless(
          over || simulation.runtime().peek(id).contentReady() || lives.get(id).vanished,
          "the credentials of %s are erased too early",
          id);
    }
  }

  void deleted(Workspace forgotten) {
    unless(
        forgotten.stopped(), "%s is forgotten while it is %s", forgotten.id(), forgotten.phase());
    unless(
        !world.now().isBefore(Oracle.deadline(forgotten, Instant.MIN)),
        "%s is forgotten too early",
        forgotten.id());
    onTime(forgotten, lives.get(forgotten.id()));
  }

  /** The process learns of a change. */
  void told(StoreChange change) {
    change
        .workspace()
        .filter(workspace -> workspace.controls().stop().isPresent())
        .map(workspace -> lives.get(workspace.id()))
        .filter(life -> life.stopToldAt.equals(Instant.MAX))
        .ifPresent(life -> life.stopToldAt = world.now());
    simulation.clients().told(change);
  }

  void launched(Workspace asked, Instant look) {
    String id = asked.id();
    Workspace record = simulation.store().record(id);
    unless(record != null, "%s is launched though nothing is recorded of it", id);
    // A stop that is asked for meanwhile ends what is launched: see stopToldAt below.
    unless(
        record.phase() == Phase.PENDING || record.controls().stop().isPresent(),
        "%s is launched while it is %s",
        id,
        record.phase());
    unless(asked.phase() == Phase.PENDING, "%s is launched for being %s", id, asked.phase());
    Life life = lives.get(id);
    unless(!life.stopToldAt.isBefore(look), "%s is launched after its stop was recorded", id);
    life.launches++;
    unless(
        life.launches <= 1 + life.relaunches,
        "%s is launched %d times, with cause for %d",
        id,
        life.launches,
        1 + life.relaunches);
    for (SimulatedInstance other : simulation.runtime().all()) {
      unless(
          !other.metaId().equals(asked.spec().metaId()) || !other.alive() || overdue(other.id()),
          "%s and %s live at the same time for one workspace",
          id,
          other.id());
    }
  }

  private boolean overdue(String id) {
    Workspace record = simulation.store().record(id);
    return record == null || !record.status().conditions().failed().isEmpty();
  }

  void contentBegins(String id) {
    Workspace record = simulation.store().record(id);
    if (record != null && record.phase().compareTo(Phase.STOPPING) < 0) {
      unless(simulation.store().holdsCredentials(id), "%s has no credentials for its content", id);
    }
  }

  void vanished(String id) {
    Life life = lives.get(id);
    life.vanished = true;
    life.relaunches++;
  }

  void removed(SimulatedInstance instance) {
    String id = instance.id();
    Workspace record = simulation.store().record(id);
    boolean rejected =
        instance.seen().exit().map(e -> e.cause() == Exit.Cause.REJECTED).orElse(false);
    if (rejected) {
      lives.get(id).relaunches++;
    }
    unless(
        record == null
            || record.stopped()
            || (rejected
                && (record.status().progress().retryAt().isPresent()
                    || record.controls().stop().isPresent())),
        "%s is removed while it is %s",
        id,
        record == null ? "" : record.phase());
  }

  /** What is done to an instance follows from what is recorded, not from what will be. */
  void terminated(String id) {
    Workspace record = simulation.store().record(id);
    unless(
        record == null || record.phase().compareTo(Phase.STOPPING) >= 0,
        "%s is ended before that is recorded",
        id);
  }

  void disposed(String id, Save save) {
    Workspace record = simulation.store().record(id);
    unless(
        record == null || record.status().progress().save().equals(Optional.of(save)),
        "%s of %s is begun before that is recorded",
        save,
        id);
  }

  void removedAsUnknown(SimulatedInstance instance) {
    unless(
        simulation.store().record(instance.id()) == null,
        "%s is removed as unknown, and is known",
        instance.id());
  }

  void saved(String id, Save save) {
    Life life = lives.get(id);
    unless(life.saved == null, "the content of %s is saved twice", id);
    life.saved = save;
    Workspace record = simulation.store().record(id);
    unless(
        save != Save.SNAPSHOT
            || record == null
            || !record.status().conditions().stoppedByRequest()
            || record.controls().stop().isPresent(),
        "%s was stopped and saves a snapshot",
        id);
  }

  /** Nothing will happen for a while. */
  void idle() {
    simulation.process().filter(SimulatedProcess::started).ifPresent(rest::settled);
  }

  /** Nothing will happen any more. */
  void end() {
    unless(simulation.process().isPresent(), "the manager did not come back");
    rest.nothingLeft(simulation.process().orElseThrow());
  }
}
