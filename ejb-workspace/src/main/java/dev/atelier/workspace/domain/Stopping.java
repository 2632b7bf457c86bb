// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import dev.atelier.workspace.domain.Observation.Disposal;
import dev.atelier.workspace.domain.Observation.Exit;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Observation.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The part of the {@link Lifecycle} from STOPPING to STOPPED: processes end, content is saved. */
final class Stopping {
  private final Timeouts timeouts;

  Stopping(Timeouts timeouts) {
    this.timeouts = timeouts;
  }

  /**
   * The next step.
   *
   * @param told its state so far, as clients were told of it
   * @param workspace the same with what is seen taken over
   */
  Step step(
      Workspace told,
      Workspace workspace,
      Observation seen,
      Instant now,
      Optional<Instant> maintenance) {
    WorkspaceStatus status = workspace.status();
    Workspace next = disposed(captured(wished(workspace), seen, now), seen, now, maintenance);
    Progress progress = next.status().progress();
    boolean gone = seen.stage() == Stage.ENDED || seen.stage() == Stage.ABSENT;
    Deadline stopping = stoppingDeadline(next);
    boolean overdue = maintenance.isEmpty() && stopping.passed(now);
    boolean saidDisposed = status.progress().disposed();
    // A snapshot is told of before STOPPED; of anything else the end says it all.
    boolean said =
        saidDisposed
            || next.status().conditions().snapshot().equals(status.conditions().snapshot());
    if (progress.disposed() && said && (gone || overdue)) {
      return new Step(stoppedNow(told, next, gone, now), List.of(), Optional.of(now));
    }
    if (progress.disposed() && !saidDisposed) {
      return new Step(next, List.of(), Optional.of(now));
    }
    Optional<Instant> deadline =
        timeouts.deadline(next).map(Deadline::at).map(at -> Lifecycle.later(at, maintenance));
    if (!gone) {
      Duration grace = next.controls().stop().orElse(StopPolicy.NORMALLY).grace();
      return new Step(next, List.of(new Action.Terminate(grace)), deadline);
    }
    List<Action> copies = Capturing.beforeDisposal(next);
    if (!copies.isEmpty()) {
      return new Step(next, copies, deadline);
    }
    boolean begun = seen.disposal().state() != SaveState.NONE;
    return new Step(
        next,
        begun ? List.of() : List.of(new Action.Dispose(progress.save().orElse(Save.NOTHING))),
        deadline);
  }

  private Deadline stoppingDeadline(Workspace workspace) {
    return new Deadline(
        Deadline.Activity.STOPPING,
        workspace.status().progress().stoppingAt().orElse(workspace.createdAt()),
        timeouts.settings().stopping());
  }

  /** A stop, or a harsher one, that was asked for while it was stopping already. */
  private static Workspace wished(Workspace workspace) {
    Conditions conditions = workspace.status().conditions();
    Conditions next = Lifecycle.withStopRequest(workspace, conditions);
    return next.equals(conditions)
        ? workspace
        : workspace.withStatus(workspace.status().withConditions(next));
  }

  /** Takes over what came of copies, and gives up those that can be made no more. */
  private static Workspace captured(Workspace workspace, Observation seen, Instant now) {
    Workspace next = Capturing.settled(workspace, seen, now);
    if (next.status().conditions().aborted()) {
      return Capturing.failed(next, Capturing.ABORTED, now);
    }
    return contentGone(seen) ? Capturing.failed(next, Capturing.GONE, now) : next;
  }

  private static boolean contentGone(Observation seen) {
    return seen.stage() == Stage.ABSENT
        || seen.exit().map(e -> e.cause() == Exit.Cause.NODE_LOST).orElse(false);
  }

  /** Settles what is to be saved once the processes are gone, and takes over what came of it. */
  private Workspace disposed(
      Workspace workspace, Observation seen, Instant now, Optional<Instant> maintenance) {
    WorkspaceStatus status = workspace.status();
    Progress progress = status.progress();
    if (progress.disposed()) {
      return workspace;
    }
    boolean gone = seen.stage() == Stage.ENDED || seen.stage() == Stage.ABSENT;
    Optional<Deadline> passed = timeouts.deadline(workspace).filter(d -> d.passed(now));
    if (maintenance.isEmpty() && passed.isPresent()) {
      Conditions late =
          status
              .conditions()
              .timedOut(passed.get(), now)
              .with(
                  c ->
                      c.failed(
                          first(
                              c.failed(),
                              Faults.late(
                                  passed.get(), saveDue(workspace), seen.disposal().message()))));
      return settled(workspace, late, seen.disposal(), now);
    }
    if (!gone) {
      return workspace;
    }
    if (nothingLeftToSave(workspace, seen)) {
      String lost = lost(workspace, seen);
      Conditions conditions = status.conditions();
      return settled(
          workspace, conditions.withFailed(first(conditions.failed(), lost)), seen.disposal(), now);
    }
    return saved(ended(workspace, seen, now), seen.disposal(), now);
  }

  /** Settles what is to be saved, once. */
  private static Workspace ended(Workspace workspace, Observation seen, Instant now) {
    WorkspaceStatus status = workspace.status();
    Progress progress = status.progress();
    if (progress.endedAt().isPresent()) {
      return workspace;
    }
    Save save = save(workspace, seen);
    return workspace.withStatus(
        status.with(
            s ->
                s.message(
                        progress.message(save == Save.NOTHING ? "" : "its content is being saved"))
                    .progress(
                        progress.with(p -> p.endedAt(Optional.of(now)).save(Optional.of(save))))));
  }

  private static boolean saveDue(Workspace workspace) {
    return !workspace.status().conditions().aborted()
        && workspace.status().progress().contentReadyAt().isPresent();
  }

  private static boolean nothingLeftToSave(Workspace workspace, Observation seen) {
    return !saveDue(workspace) || contentGone(seen);
  }

  /** What is said of content that should have been saved and is gone; empty when none is. */
  private static String lost(Workspace workspace, Observation seen) {
    if (seen.exit().map(e -> e.cause() == Exit.Cause.NODE_LOST).orElse(false)) {
      return Faults.NODE_LOST;
    }
    boolean due = saveDue(workspace) && save(workspace, seen) != Save.NOTHING;
    return due && seen.stage() == Stage.ABSENT ? Faults.VANISHED : "";
  }

  private static Save save(Workspace workspace, Observation seen) {
    Conditions conditions = workspace.status().conditions();
    return switch (workspace.spec().type()) {
      case REGULAR -> Save.BACKUP;
      case PREBUILD ->
          Lifecycle.tasksEnded(workspace, seen)
                  && !conditions.stoppedByRequest()
                  && conditions.timeout().isEmpty()
                  && conditions.failed().isEmpty()
              ? Save.SNAPSHOT
              : Save.NOTHING;
      case IMAGEBUILD -> Save.NOTHING;
    };
  }

  private static Workspace saved(Workspace workspace, Disposal disposal, Instant now) {
    Conditions conditions = workspace.status().conditions();
    Progress progress = workspace.status().progress();
    Save save = progress.save().orElse(Save.NOTHING);
    return switch (disposal.state()) {
      case NONE -> workspace;
      case RUNNING ->
          disposal.message().isEmpty()
              ? workspace
              : workspace.withStatus(
                  workspace.status().withMessage(progress.message(disposal.message())));
      case COMPLETE ->
          settled(
              workspace,
              conditions.with(
                  c ->
                      c.finalBackupComplete(save == Save.BACKUP && !disposal.url().isEmpty())
                          .snapshot(save == Save.SNAPSHOT ? disposal.url() : c.snapshot())
                          .volumeSnapshot(disposal.volumeSnapshot())),
              disposal,
              now);
      case FAILED ->
          settled(
              workspace,
              conditions.withFailed(
                  first(conditions.failed(), Faults.disposal(save, disposal.message()))),
              disposal,
              now);
    };
  }

  private static Workspace settled(
      Workspace workspace, Conditions conditions, Disposal disposal, Instant now) {
    Workspace copied = Capturing.disposed(workspace, disposal, now);
    WorkspaceStatus status = copied.status();
    return copied.withStatus(
        status.with(s -> s.conditions(conditions).progress(status.progress().withDisposed(true))));
  }

  private static Workspace stoppedNow(
      Workspace told, Workspace workspace, boolean gone, Instant now) {
    WorkspaceStatus status = workspace.status();
    Conditions conditions = status.conditions();
    return workspace.withStatus(
        status.with(
            s ->
                s.phase(Phase.STOPPED)
                    .message(status.progress().message(""))
                    .conditions(
                        conditions.with(
                            c ->
                                c.deployed(false)
                                    .failed(
                                        gone ? c.failed() : first(c.failed(), Faults.NOT_ENDED))))
                    .progress(
                        status
                            .progress()
                            .with(
                                p -> p.stoppedAt(Optional.of(now)).passed(Passed.before(told))))));
  }

  private static String first(String earlier, String later) {
    return earlier.isEmpty() ? later : earlier;
  }
}
