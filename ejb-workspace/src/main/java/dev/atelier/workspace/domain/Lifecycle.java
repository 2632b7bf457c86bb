// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import dev.atelier.workspace.domain.Observation.Exit;
import dev.atelier.workspace.domain.Observation.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The state machine of an instance, whole and pure: from what was asked for and what is observed to
 * what is recorded and done. A step changes at most one phase; whoever drives it takes steps until
 * nothing changes, so that every phase is recorded.
 */
public final class Lifecycle {
  /** How often an instance that a node rejects is tried again, and how far apart. */
  private static final int MAX_REJECTIONS = 3;

  private static final Duration REJECTION_PAUSE = Duration.ofSeconds(15);

  private final Timeouts timeouts;
  private final Duration retention;
  private final Stopping stopping;

  /** Decides by these timeouts. */
  public Lifecycle(Timeouts timeouts) {
    this.timeouts = timeouts;
    this.retention = timeouts.settings().retention();
    this.stopping = new Stopping(timeouts);
  }

  /**
   * The next step of an instance.
   *
   * @param maintenance until when nothing times out; empty: no maintenance
   */
  public Step step(
      Workspace workspace, Observation seen, Instant now, Optional<Instant> maintenance) {
    return switch (workspace.phase()) {
      case STOPPED -> stopped(workspace, seen, now);
      case STOPPING ->
          stopping.step(workspace, noted(workspace, seen, now), seen, now, maintenance);
      case PENDING, CREATING, INITIALIZING, RUNNING, INTERRUPTED ->
          active(noted(workspace, seen, now), seen, now, maintenance);
    };
  }

  /**
   * An instance of which a stop was just asked for: what follows from that alone is recorded with
   * the wish.
   */
  public static Workspace stopRequested(Workspace workspace, Instant now) {
    return switch (workspace.phase()) {
      case STOPPED, STOPPING -> workspace;
      case PENDING, CREATING, INITIALIZING, RUNNING, INTERRUPTED ->
          stoppingBecause(
              workspace, withStopRequest(workspace, workspace.status().conditions()), now);
    };
  }

  private Step stopped(Workspace workspace, Observation seen, Instant now) {
    Instant forgotten =
        workspace.status().progress().stoppedAt().orElse(workspace.createdAt()).plus(retention);
    if (!now.isBefore(forgotten)) {
      return new Step(
          workspace, List.of(new Action.Remove(), new Action.Forget()), Optional.empty());
    }
    return new Step(
        workspace,
        seen.stage() == Stage.ABSENT ? List.of() : List.of(new Action.Remove()),
        Optional.of(forgotten));
  }

  /** Takes over what is seen and decides nothing. */
  private static Workspace noted(Workspace workspace, Observation seen, Instant now) {
    WorkspaceStatus status = workspace.status();
    boolean present = seen.stage() != Stage.ABSENT && seen.stage() != Stage.WAITING;
    boolean contentReady = seen.contentReady() || status.progress().contentReadyAt().isPresent();
    boolean news = !seen.note().isEmpty() && !seen.note().equals(status.progress().note());
    Progress progress =
        status
            .progress()
            .with(
                p -> {
                  if (contentReady && p.contentReadyAt().isEmpty()) {
                    p.contentReadyAt(Optional.of(now));
                  }
                  p.credentialsHeld(
                      p.credentialsHeld() && !contentReady && p.stoppingAt().isEmpty());
                  if (news) {
                    p.note(seen.note());
                  }
                });
    Conditions conditions =
        status
            .conditions()
            .with(
                c ->
                    c.pullingImages(seen.pullingImages())
                        .networkNotReady(seen.networkNotReady())
                        .deployed(present && seen.stage() != Stage.ENDED));
    WorkspaceStatus next =
        status.with(
            s -> {
              s.progress(progress).conditions(conditions);
              if (news && status.phase() == Phase.STOPPING) {
                s.message(progress.message(status.message()));
              }
              if (status.runtime().equals(RuntimeInfo.NONE)) {
                s.runtime(seen.runtime());
              }
              if (!seen.initializerMetrics().steps().isEmpty()) {
                s.initializerMetrics(seen.initializerMetrics());
              }
              seen.repo().ifPresent(repo -> s.repo(Optional.of(repo)));
              seen.image().ifPresent(image -> s.image(Optional.of(image)));
            });
    return next.equals(status) ? workspace : workspace.withStatus(next);
  }

  private Step active(
      Workspace workspace, Observation seen, Instant now, Optional<Instant> maintenance) {
    if (rejected(workspace, seen)) {
      return retry(workspace, now);
    }
    Optional<Conditions> end = end(workspace, seen, now, maintenance);
    if (end.isPresent()) {
      return new Step(stoppingBecause(workspace, end.get(), now), List.of(), Optional.of(now));
    }
    Workspace next = advanced(Capturing.settled(workspace, seen, now), seen, now);
    next = Capturing.due(next, now);
    Optional<Instant> retryAt = next.status().progress().retryAt();
    boolean wait = retryAt.map(now::isBefore).orElse(false);
    List<Action> actions = Capturing.whileItRuns(next, seen);
    if (retryAt.isPresent() && seen.stage() != Stage.ABSENT && seen.exit().isPresent()) {
      actions = List.of(new Action.Remove());
    } else if (seen.stage() == Stage.ABSENT && !wait) {
      actions = List.of(new Action.Launch());
    }
    Optional<Instant> deadline =
        earlier(
            timeouts.deadline(next).map(Deadline::at).map(at -> later(at, maintenance)),
            Capturing.next(next));
    return new Step(next, actions, wait ? earlier(deadline, retryAt) : deadline);
  }

  private static boolean rejected(Workspace workspace, Observation seen) {
    Progress progress = workspace.status().progress();
    return workspace.controls().stop().isEmpty()
        && progress.runningAt().isEmpty()
        && progress.rejections() < MAX_REJECTIONS
        && seen.exit().map(exit -> exit.cause() == Exit.Cause.REJECTED).orElse(false)
        && !stale(progress, seen);
  }

  private static Step retry(Workspace workspace, Instant now) {
    Instant again = now.plus(REJECTION_PAUSE);
    Workspace next =
        workspace.withStatus(
            workspace
                .status()
                .with(
                    s ->
                        s.phase(Phase.PENDING)
                            .message("rejected by the node, to be tried again")
                            .runtime(RuntimeInfo.NONE)
                            .progress(
                                workspace
                                    .status()
                                    .progress()
                                    .with(
                                        p ->
                                            p.rejections(p.rejections() + 1)
                                                .retryAt(Optional.of(again))))));
    return new Step(next, List.of(new Action.Remove()), Optional.of(again));
  }

  /** The conditions that say why the instance ends now; empty when it goes on. */
  private Optional<Conditions> end(
      Workspace workspace, Observation seen, Instant now, Optional<Instant> maintenance) {
    Conditions before = workspace.status().conditions();
    Conditions after = withStopRequest(workspace, before);
    boolean ends = workspace.controls().stop().isPresent();
    Optional<String> failure = failure(workspace, seen);
    if (failure.isPresent()) {
      after = after.withFailed(failure.get());
      ends = true;
    } else if (tasksEnded(workspace, seen)) {
      ends = true;
      Exit exit = seen.exit().orElseThrow();
      if (exit.code().orElse(-1) != 0) {
        after = after.withHeadlessTaskFailed(Faults.tasks(exit));
      }
    }
    Optional<Deadline> passed = timeouts.deadline(workspace).filter(d -> d.passed(now));
    if (!ends && maintenance.isEmpty() && passed.isPresent()) {
      after = after.timedOut(passed.get(), now);
      ends = true;
    }
    return ends ? Optional.of(after) : Optional.empty();
  }

  private static Optional<String> failure(Workspace workspace, Observation seen) {
    Progress progress = workspace.status().progress();
    if (!seen.failure().isEmpty()) {
      return Optional.of(seen.failure());
    }
    if (stale(progress, seen)) {
      return Optional.empty();
    }
    if (seen.exit().isPresent()) {
      return tasksEnded(workspace, seen)
          ? Optional.empty()
          : Optional.of(Faults.mainProcess(seen.exit().get()));
    }
    if (seen.stage() == Stage.ENDED) {
      return Optional.of("main process ended, how is not known");
    }
    if (seen.stage() == Stage.ABSENT && workspace.phase() != Phase.PENDING) {
      return Optional.of("the instance disappeared from where it ran, with all that it held");
    }
    return Optional.empty();
  }

  /** Whether the end that is seen is the one that a retry still waits to have removed. */
  private static boolean stale(Progress progress, Observation seen) {
    return progress.retryAt().isPresent()
        && seen.exit().map(exit -> exit.at().isBefore(progress.retryAt().get())).orElse(false);
  }

  static boolean tasksEnded(Workspace workspace, Observation seen) {
    return workspace.spec().headless()
        && seen.exit().map(exit -> exit.cause() == Exit.Cause.EXITED).orElse(false);
  }

  static Conditions withStopRequest(Workspace workspace, Conditions conditions) {
    Optional<StopPolicy> stop = workspace.controls().stop();
    return conditions.with(
        c ->
            c.stoppedByRequest(stop.isPresent())
                .aborted(stop.map(policy -> policy == StopPolicy.ABORT).orElse(false)));
  }

  private static Workspace stoppingBecause(
      Workspace workspace, Conditions conditions, Instant now) {
    WorkspaceStatus status = workspace.status();
    return workspace.withStatus(
        status.with(
            s ->
                s.phase(Phase.STOPPING)
                    .conditions(conditions)
                    .message(status.progress().message("its processes are ending"))
                    .progress(
                        status
                            .progress()
                            .with(
                                p ->
                                    p.stoppingAt(Optional.of(now))
                                        .retryAt(Optional.empty())
                                        .credentialsHeld(false)))));
  }

  /** The phase that follows from what is seen; it goes back from INTERRUPTED alone. */
  private static Workspace advanced(Workspace workspace, Observation seen, Instant now) {
    WorkspaceStatus status = workspace.status();
    Progress progress = status.progress();
    boolean launched = seen.stage() != Stage.ABSENT && seen.exit().isEmpty();
    Phase phase = phase(status, seen);
    WorkspaceStatus next =
        status.with(
            s ->
                s.phase(phase)
                    .message(
                        progress.retryAt().isPresent() && !launched
                            ? s.message()
                            : progress.message(message(workspace, seen)))
                    .progress(
                        progress.with(
                            p -> {
                              if (phase == Phase.RUNNING && p.runningAt().isEmpty()) {
                                p.runningAt(Optional.of(now));
                              }
                              if (phase != Phase.INTERRUPTED) {
                                p.interruptedAt(Optional.empty());
                              } else if (p.interruptedAt().isEmpty()) {
                                p.interruptedAt(Optional.of(now));
                              }
                              if (launched) {
                                p.retryAt(Optional.empty());
                              }
                            })));
    return next.equals(status) ? workspace : workspace.withStatus(next);
  }

  private static String message(Workspace workspace, Observation seen) {
    String copy = Capturing.message(workspace);
    return copy.isEmpty() ? seen.message() : copy;
  }

  private static Phase phase(WorkspaceStatus status, Observation seen) {
    if (status.progress().runningAt().isPresent()) {
      return seen.interrupted() ? Phase.INTERRUPTED : Phase.RUNNING;
    }
    Phase reached =
        switch (seen.stage()) {
          case ABSENT, WAITING, ENDED -> Phase.PENDING;
          case CREATING -> Phase.CREATING;
          case INITIALIZING -> Phase.INITIALIZING;
          case STARTED ->
              seen.contentReady() && seen.ready() && !seen.interrupted()
                  ? Phase.RUNNING
                  : Phase.INITIALIZING;
        };
    return reached.compareTo(status.phase()) > 0 ? reached : status.phase();
  }

  static Instant later(Instant at, Optional<Instant> maintenance) {
    return maintenance.filter(at::isBefore).orElse(at);
  }

  private static Optional<Instant> earlier(Optional<Instant> one, Optional<Instant> other) {
    return Stream.concat(one.stream(), other.stream()).min(Instant::compareTo);
  }
}
