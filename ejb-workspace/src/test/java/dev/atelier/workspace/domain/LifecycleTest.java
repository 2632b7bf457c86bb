// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.atelier.workspace.domain.Observation.Disposal;
import dev.atelier.workspace.domain.Observation.Exit;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Observation.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LifecycleTest {
  private static final Instant NOW = Workspaces.CREATED.plusSeconds(10);
  private static final Lifecycle LIFECYCLE = new Lifecycle(new Timeouts(TimeoutSettings.DEFAULT));
  private static final List<Phase> ACTIVE =
      List.of(Phase.PENDING, Phase.CREATING, Phase.INITIALIZING, Phase.RUNNING, Phase.INTERRUPTED);

  /** What a runtime may show of an instance that goes on, as the columns of a table name it. */
  private static final String[] SEEN = {
    "absent", "waiting", "creating", "initializing", "started", "filled", "ready", "interrupted"
  };

  private static Observation seen(String name) {
    return switch (name) {
      case "absent" -> Observation.ABSENT;
      case "waiting" -> stage(Stage.WAITING);
      case "creating" -> stage(Stage.CREATING);
      case "initializing" -> stage(Stage.INITIALIZING);
      case "started" -> stage(Stage.STARTED);
      case "filled" -> stage(Stage.STARTED).withContentReady(true);
      case "ready" -> stage(Stage.STARTED).withContentReady(true).withReady(true);
      case "interrupted" ->
          stage(Stage.STARTED).withContentReady(true).withReady(true).withInterrupted(true);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Observation stage(Stage stage) {
    return Observation.ABSENT.withStage(stage);
  }

  private static Observation ended(Exit.Cause cause, int code) {
    return stage(Stage.ENDED)
        .withContentReady(true)
        .withExit(Optional.of(new Exit(cause, OptionalInt.of(code), NOW, "")));
  }

  private static Observation disposal(SaveState state, String url, String message) {
    return ended(Exit.Cause.EXITED, 0)
        .withDisposal(new Disposal(state, url, Optional.empty(), message));
  }

  private static Step step(Workspace workspace, Observation seen) {
    return step(workspace, seen, NOW);
  }

  private static Step step(Workspace workspace, Observation seen, Instant now) {
    return LIFECYCLE.step(workspace, seen, now, Optional.empty());
  }

  /** Every state that is recorded until nothing changes any more. */
  private static List<Workspace> steps(Workspace workspace, Observation seen, Instant now) {
    List<Workspace> recorded = new ArrayList<>();
    Workspace current = workspace;
    Workspace next = step(current, seen, now).workspace();
    while (!next.equals(current)) {
      recorded.add(next);
      current = next;
      next = step(current, seen, now).workspace();
      assertThat(recorded).hasSizeLessThan(10);
    }
    return recorded;
  }

  private static Workspace stopped(Workspace workspace, StopPolicy policy) {
    return workspace.withControls(workspace.controls().withStop(Optional.of(policy)));
  }

  private static Workspace stopping(WorkspaceType type, boolean contentReady) {
    Workspace workspace = Workspaces.in(Phase.STOPPING, type);
    return contentReady
        ? workspace
        : workspace.withStatus(
            workspace
                .status()
                .withProgress(workspace.status().progress().withContentReadyAt(Optional.empty())));
  }

  private static Conditions conditions(Workspace workspace) {
    return workspace.status().conditions();
  }

  // from           absent    waiting       creating      initializing  started       filled
  // ready    interrupted
  private static final String[][] PHASES = {
    {
      "PENDING",
      "PENDING",
      "PENDING",
      "CREATING",
      "INITIALIZING",
      "INITIALIZING",
      "INITIALIZING",
      "RUNNING",
      "INITIALIZING"
    },
    {
      "CREATING",
      "STOPPING",
      "CREATING",
      "CREATING",
      "INITIALIZING",
      "INITIALIZING",
      "INITIALIZING",
      "RUNNING",
      "INITIALIZING"
    },
    {
      "INITIALIZING",
      "STOPPING",
      "INITIALIZING",
      "INITIALIZING",
      "INITIALIZING",
      "INITIALIZING",
      "INITIALIZING",
      "RUNNING",
      "INITIALIZING"
    },
    {
      "RUNNING",
      "STOPPING",
      "RUNNING",
      "RUNNING",
      "RUNNING",
      "RUNNING",
      "RUNNING",
      "RUNNING",
      "INTERRUPTED"
    },
    {
      "INTERRUPTED",
      "STOPPING",
      "RUNNING",
      "RUNNING",
      "RUNNING",
      "RUNNING",
      "RUNNING",
      "RUNNING",
      "INTERRUPTED"
    },
  };

  static Stream<Arguments> phases() {
    List<Arguments> rows = new ArrayList<>();
    for (WorkspaceType type : WorkspaceType.values()) {
      for (String[] row : PHASES) {
        for (int i = 0; i < SEEN.length; i++) {
          rows.add(Arguments.of(type, Phase.valueOf(row[0]), SEEN[i], Phase.valueOf(row[i + 1])));
        }
      }
    }
    return rows.stream();
  }

  @ParameterizedTest(name = "a {0} that is {1} and seen {2} is {3}")
  @MethodSource("phases")
  void thePhaseFollowsFromWhatIsSeen(
      WorkspaceType type, Phase from, String observed, Phase expected) {
    Workspace next = step(Workspaces.in(from, type), seen(observed)).workspace();

    assertThat(next.phase()).isEqualTo(expected);
    if (expected == Phase.STOPPING) {
      assertThat(conditions(next).failed()).contains("disappeared");
    }
  }

  static Stream<Arguments> everything() {
    return phases()
        .flatMap(
            row ->
                Stream.of("", "NORMALLY", "ABORT")
                    .map(stop -> Arguments.of(row.get()[0], row.get()[1], row.get()[2], stop)));
  }

  @ParameterizedTest(name = "a {0} that is {1}, seen {2}, stop {3}")
  @MethodSource("everything")
  void aLookTooManyChangesNothing(WorkspaceType type, Phase from, String observed, String stop) {
    Workspace workspace = Workspaces.in(from, type);
    if (!stop.isEmpty()) {
      workspace = stopped(workspace, StopPolicy.valueOf(stop));
    }
    List<Workspace> recorded = steps(workspace, seen(observed), NOW);
    if (recorded.isEmpty()) {
      return;
    }
    Workspace last = recorded.get(recorded.size() - 1);

    assertThat(step(last, seen(observed)).workspace()).isSameAs(last);
    assertThat(step(last, seen(observed)).actions())
        .isEqualTo(step(last, seen(observed)).actions());
    assertThat(stop.isEmpty() || last.phase().compareTo(Phase.STOPPING) >= 0).isTrue();
  }

  static Stream<Arguments> ends() {
    record End(Exit.Cause cause, int code, String words) {}
    List<End> ends =
        List.of(
            new End(Exit.Cause.EXITED, 0, "main process exited with code 0"),
            new End(Exit.Cause.EXITED, 3, "main process exited with code 3"),
            new End(Exit.Cause.EXITED, 143, "main process ended by signal 15"),
            new End(Exit.Cause.OUT_OF_MEMORY, 137, "out of memory"),
            new End(Exit.Cause.EVICTED, 137, "evicted"),
            new End(Exit.Cause.NODE_LOST, 137, "the node of the instance is gone"),
            new End(Exit.Cause.DELETED, 137, "removed by somebody else"));
    return ACTIVE.stream()
        .flatMap(
            phase ->
                Stream.of(WorkspaceType.values())
                    .flatMap(
                        type ->
                            ends.stream()
                                .map(
                                    end ->
                                        Arguments.of(
                                            type, phase, end.cause(), end.code(), end.words()))));
  }

  @ParameterizedTest(name = "a {0} that is {1}: {2} with {3}")
  @MethodSource("ends")
  void anEndSaysWhy(WorkspaceType type, Phase phase, Exit.Cause cause, int code, String words) {
    Workspace next = step(Workspaces.in(phase, type), ended(cause, code)).workspace();
    Conditions conditions = conditions(next);

    assertThat(next.phase()).isEqualTo(Phase.STOPPING);
    assertThat(conditions.stoppedByRequest()).isFalse();
    assertThat(conditions.timeout()).isEmpty();
    if (type.headless() && cause == Exit.Cause.EXITED) {
      assertThat(conditions.failed()).isEmpty();
      assertThat(conditions.headlessTaskFailed()).matches(code == 0 ? "" : "tasks .*");
    } else {
      assertThat(conditions.failed()).startsWith(words);
      assertThat(conditions.headlessTaskFailed()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"PENDING", "CREATING", "INITIALIZING"})
  void aFinalFaultOfTheRuntimeFailsIt(Phase phase) {
    Workspace next =
        step(
                Workspaces.in(phase, WorkspaceType.REGULAR),
                stage(Stage.CREATING).withFailure("image cannot be pulled: no such name"))
            .workspace();

    assertThat(next.phase()).isEqualTo(Phase.STOPPING);
    assertThat(conditions(next).failed()).isEqualTo("image cannot be pulled: no such name");
  }

  static Stream<Arguments> stops() {
    return ACTIVE.stream()
        .flatMap(
            phase ->
                Stream.of(WorkspaceType.values())
                    .flatMap(
                        type ->
                            Stream.of(StopPolicy.values())
                                .map(policy -> Arguments.of(type, phase, policy))));
  }

  @ParameterizedTest(name = "a {0} that is {1}: {2}")
  @MethodSource("stops")
  void aStopIsSaidWithTheFirstStopping(WorkspaceType type, Phase phase, StopPolicy policy) {
    Workspace next = step(stopped(Workspaces.in(phase, type), policy), seen("ready")).workspace();

    assertThat(next.phase()).isEqualTo(Phase.STOPPING);
    assertThat(conditions(next).stoppedByRequest()).isTrue();
    assertThat(conditions(next).aborted()).isEqualTo(policy == StopPolicy.ABORT);
    assertThat(conditions(next).failed()).isEmpty();
    assertThat(step(next, seen("ready")).actions())
        .containsExactly(new Action.Terminate(policy.grace()));
  }

  @ParameterizedTest
  @CsvSource({
    "NORMALLY, IMMEDIATELY, PT1S, false",
    "NORMALLY, ABORT, PT1S, true",
    "IMMEDIATELY, ABORT, PT1S, true",
  })
  void aHarsherStopCountsWhileItIsStopping(
      StopPolicy first, StopPolicy later, Duration grace, boolean aborted) {
    Workspace stopping = step(stopped(Workspaces.running(), first), seen("ready")).workspace();
    Workspace harsher = step(stopped(stopping, later), seen("ready")).workspace();

    assertThat(step(harsher, seen("ready")).actions()).containsExactly(new Action.Terminate(grace));
    assertThat(conditions(harsher).aborted()).isEqualTo(aborted);
  }

  @ParameterizedTest(name = "{0}, content {1}, aborted {2}, {3} with {4}: saves {5}")
  @CsvSource({
    // type, content was ready, aborted, cause of the end, code, saves ("-": nothing to wait for)
    "REGULAR,    true,  false, EXITED,        0,   BACKUP",
    "REGULAR,    true,  false, EXITED,        1,   BACKUP",
    "REGULAR,    true,  false, OUT_OF_MEMORY, 137, BACKUP",
    "REGULAR,    true,  false, EVICTED,       137, BACKUP",
    "REGULAR,    true,  false, DELETED,       137, BACKUP",
    "REGULAR,    true,  false, NODE_LOST,     137, -",
    "REGULAR,    true,  true,  EXITED,        143, -",
    "PREBUILD,   true,  false, EXITED,        0,   SNAPSHOT",
    "PREBUILD,   true,  false, EXITED,        7,   SNAPSHOT",
    "PREBUILD,   true,  false, OUT_OF_MEMORY, 137, NOTHING",
    "PREBUILD,   true,  true,  EXITED,        0,   -",
    "PREBUILD,   true,  false, NODE_LOST,     137, -",
    "IMAGEBUILD, true,  false, EXITED,        0,   NOTHING",
    "IMAGEBUILD, true,  true,  EXITED,        0,   -",
  })
  void whatIsSavedHangsOnTypeAndEnd(
      WorkspaceType type,
      boolean contentReady,
      boolean aborted,
      Exit.Cause cause,
      int code,
      String saves) {
    Workspace workspace = stopping(type, contentReady);
    if (aborted) {
      workspace = stopped(workspace, StopPolicy.ABORT);
    }
    Workspace last = last(steps(workspace, ended(cause, code), NOW));

    if (saves.equals("-")) {
      assertThat(last.phase()).isEqualTo(Phase.STOPPED);
      assertThat(conditions(last).finalBackupComplete()).isFalse();
      assertThat(conditions(last).failed().contains("backup is missing"))
          .isEqualTo(cause == Exit.Cause.NODE_LOST);
    } else {
      assertThat(step(last, ended(cause, code)).actions())
          .containsExactly(new Action.Dispose(Save.valueOf(saves)));
    }
  }

  @ParameterizedTest
  @EnumSource(WorkspaceType.class)
  void contentThatNeverWasReadyIsNotSaved(WorkspaceType type) {
    Observation gone = stage(Stage.ENDED);
    Workspace last = last(steps(stopping(type, false), gone, NOW));

    assertThat(last.phase()).isEqualTo(Phase.STOPPED);
    assertThat(conditions(last).failed()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"REGULAR, true", "IMAGEBUILD, false"})
  void contentThatDisappearedUnsavedIsAFailure(WorkspaceType type, boolean failed) {
    Workspace last = last(steps(stopping(type, true), Observation.ABSENT, NOW));

    assertThat(last.phase()).isEqualTo(Phase.STOPPED);
    assertThat(conditions(last).failed().contains("before its content was saved"))
        .isEqualTo(failed);
  }

  @ParameterizedTest
  @CsvSource({"stopped", "timed out", "failed"})
  void aPrebuildThatDidNotEndByItselfSavesNoSnapshot(String how) {
    Workspace prebuild = stopping(WorkspaceType.PREBUILD, true);
    Conditions conditions = conditions(prebuild);
    prebuild =
        switch (how) {
          case "stopped" -> stopped(prebuild, StopPolicy.NORMALLY);
          case "timed out" ->
              prebuild.withStatus(
                  prebuild.status().withConditions(conditions.withTimeout("too long")));
          default ->
              prebuild.withStatus(prebuild.status().withConditions(conditions.withFailed("badly")));
        };
    Workspace last = last(steps(prebuild, ended(Exit.Cause.EXITED, 143), NOW));

    assertThat(last.status().progress().save()).contains(Save.NOTHING);
  }

  @ParameterizedTest(name = "{0}, disposal {1}: backup {2}, snapshot {3}, failed {4}")
  @CsvSource({
    "REGULAR,    COMPLETE, true,  '',    ''",
    "REGULAR,    FAILED,   false, '',    backup failed: disk full",
    "PREBUILD,   COMPLETE, false, s3://, ''",
    "PREBUILD,   FAILED,   false, '',    snapshot failed: disk full",
    "IMAGEBUILD, COMPLETE, false, '',    ''",
  })
  void theDisposalIsToldWithTheEndAndASnapshotBeforeIt(
      WorkspaceType type, SaveState state, boolean backup, String snapshot, String failed) {
    String url = state == SaveState.COMPLETE && type != WorkspaceType.IMAGEBUILD ? "s3://" : "";
    List<Workspace> recorded = steps(stopping(type, true), disposal(state, url, "disk full"), NOW);
    assertThat(recorded)
        .extracting(Workspace::phase)
        .isEqualTo(
            snapshot.isEmpty() ? List.of(Phase.STOPPED) : List.of(Phase.STOPPING, Phase.STOPPED));
    for (Workspace told : recorded) {
      assertThat(conditions(told).finalBackupComplete()).isEqualTo(backup);
      assertThat(conditions(told).snapshot()).isEqualTo(snapshot);
      assertThat(conditions(told).failed()).isEqualTo(failed);
    }
  }

  @Test
  void whatHasStoppedStillKnowsHowItsSnapshotWasTold() {
    Observation saved = disposal(SaveState.COMPLETE, "s3://", "");
    // The store numbers what it records.
    Workspace told =
        step(stopping(WorkspaceType.PREBUILD, true).withVersion(7), saved, NOW)
            .workspace()
            .withVersion(8);
    Workspace stopped = step(told, saved, NOW).workspace().withVersion(9);

    assertThat(stopped.passed()).hasSize(1);
    Workspace passed = stopped.passed().get(0);
    assertThat(passed.version()).isEqualTo(told.version()).isEqualTo(8);
    assertThat(passed.phase()).isEqualTo(Phase.STOPPING);
    assertThat(passed.status().withProgress(Progress.NONE))
        .isEqualTo(told.status().withProgress(Progress.NONE));
    assertThat(told.passed()).isEmpty();
  }

  @Test
  void whatHasStoppedWithoutASnapshotHasPassedNothingThatIsToldAgain() {
    assertThat(
            last(steps(
                    stopping(WorkspaceType.REGULAR, true),
                    disposal(SaveState.COMPLETE, "b", ""),
                    NOW))
                .passed())
        .isEmpty();
  }

  @Test
  void recordThatDoesNotSayHowItsSnapshotWasToldHadItInTheVersionBefore() {
    Workspace stopped = Workspaces.in(Phase.STOPPED, WorkspaceType.PREBUILD).withVersion(9);
    stopped =
        stopped.withStatus(stopped.status().withConditions(Conditions.NONE.withSnapshot("s3://")));

    assertThat(stopped.passed())
        .extracting(Workspace::phase, Workspace::version, passed -> conditions(passed).snapshot())
        .containsExactly(tuple(Phase.STOPPING, 8L, "s3://"));
  }

  @Test
  void whatThereIsToSayOfContentIsSaidUntilTheEnd() {
    String note = "there is no branch nix";
    Workspace running =
        last(
            steps(
                Workspaces.in(Phase.INITIALIZING, WorkspaceType.REGULAR),
                seen("ready").withNote(note),
                NOW));
    Workspace ending = Lifecycle.stopRequested(stopped(running, StopPolicy.NORMALLY), NOW);
    Workspace saving = last(steps(ending, ended(Exit.Cause.EXITED, 0), NOW));
    Workspace over = last(steps(saving, disposal(SaveState.COMPLETE, "b", ""), NOW));

    assertThat(List.of(running, ending, saving, over))
        .extracting(Workspace::phase, workspace -> workspace.status().message())
        .containsExactly(
            tuple(Phase.RUNNING, note),
            tuple(Phase.STOPPING, "its processes are ending; " + note),
            tuple(Phase.STOPPING, "its content is being saved; " + note),
            tuple(Phase.STOPPED, note));
  }

  @Test
  void whatIsKnownOfContentOnlyWhenItEndsIsSaidToo() {
    Workspace ending =
        Lifecycle.stopRequested(stopped(Workspaces.running(), StopPolicy.NORMALLY), NOW);
    Observation seen = stage(Stage.STARTED).withContentReady(true).withNote("b is missing");

    Workspace last = last(steps(ending, seen, NOW));

    assertThat(last.status().message()).isEqualTo("its processes are ending; b is missing");
  }

  @Test
  void theFirstFailureStays() {
    Workspace failing = step(Workspaces.running(), ended(Exit.Cause.EVICTED, 137)).workspace();
    Workspace last = last(steps(failing, disposal(SaveState.FAILED, "", "disk full"), NOW));

    assertThat(conditions(last).failed()).startsWith("evicted");
  }

  @Test
  void whatIsDisposedIsNotDisposedAgain() {
    Workspace last =
        last(steps(stopping(WorkspaceType.REGULAR, true), ended(Exit.Cause.EXITED, 0), NOW));

    assertThat(step(last, disposal(SaveState.RUNNING, "", "")).actions()).isEmpty();
  }

  @ParameterizedTest(name = "after {0} rejections: {1}")
  @CsvSource({"0, PENDING", "1, PENDING", "2, PENDING", "3, STOPPING"})
  void aRejectedInstanceIsTriedAgainThreeTimes(int rejections, Phase expected) {
    Workspace workspace = Workspaces.in(Phase.CREATING, WorkspaceType.REGULAR);
    workspace =
        workspace.withStatus(
            workspace
                .status()
                .withProgress(workspace.status().progress().withRejections(rejections)));
    Step step = step(workspace, rejection(NOW));

    assertThat(step.workspace().phase()).isEqualTo(expected);
    if (expected == Phase.PENDING) {
      assertThat(step.actions()).containsExactly(new Action.Remove());
      assertThat(step.next()).contains(NOW.plusSeconds(15));
    } else {
      assertThat(conditions(step.workspace()).failed()).startsWith("rejected by the node");
    }
  }

  private static Observation rejection(Instant at) {
    return stage(Stage.ENDED)
        .withExit(Optional.of(new Exit(Exit.Cause.REJECTED, OptionalInt.empty(), at, "")));
  }

  @Test
  void oneRejectionCountsOnceAndWaits() {
    Workspace once = step(Workspaces.pending("a"), rejection(NOW)).workspace();
    Step still = step(once, rejection(NOW));

    assertThat(once.status().progress().rejections()).isEqualTo(1);
    assertThat(still.workspace()).isEqualTo(once);
    assertThat(still.actions()).containsExactly(new Action.Remove());
    assertThat(step(once, Observation.ABSENT, NOW.plusSeconds(14)).actions()).isEmpty();
    assertThat(step(once, Observation.ABSENT, NOW.plusSeconds(15)).actions())
        .containsExactly(new Action.Launch());
  }

  @Test
  void aRejectionAfterAStopIsNotTriedAgain() {
    Step step = step(stopped(Workspaces.pending("a"), StopPolicy.NORMALLY), rejection(NOW));

    assertThat(step.workspace().phase()).isEqualTo(Phase.STOPPING);
  }

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"RUNNING", "INTERRUPTED"})
  void whatRanIsNotTriedAgain(Phase phase) {
    Workspace next = step(Workspaces.in(phase, WorkspaceType.REGULAR), rejection(NOW)).workspace();

    assertThat(next.phase()).isEqualTo(Phase.STOPPING);
  }

  @ParameterizedTest(name = "seen {0}: held {1}")
  @CsvSource({
    "absent, true",
    "waiting, true",
    "creating, true",
    "initializing, true",
    "started, true",
    "filled, false",
    "ready, false",
  })
  void credentialsAreHeldUntilTheContentIsReady(String observed, boolean held) {
    Workspace next = step(Workspaces.pending("a"), seen(observed)).workspace();

    assertThat(next.status().progress().credentialsHeld()).isEqualTo(held);
  }

  @Test
  void aStopEndsTheUseOfCredentials() {
    Workspace next =
        step(stopped(Workspaces.pending("a"), StopPolicy.ABORT), Observation.ABSENT).workspace();

    assertThat(next.status().progress().credentialsHeld()).isFalse();
  }

  @Test
  void anImageIsPulledWhileThatIsSeen() {
    Observation pulling = stage(Stage.CREATING).withPullingImages(true);
    Workspace creating = step(Workspaces.pending("a"), pulling).workspace();
    Workspace failing = step(creating, pulling.withFailure("no such image")).workspace();

    assertThat(conditions(creating).pullingImages()).isTrue();
    assertThat(steps(failing, pulling.withFailure("no such image"), NOW)).isEmpty();
  }

  @ParameterizedTest(name = "{0} of stopping, {1}, maintenance {2}: {3}, failed {4}")
  @CsvSource({
    // after, processes, maintenance, phase, failed
    "PT59M59S, live, false, STOPPING, ''",
    "PT1H,     live, false, STOPPED,  backup failed: it was not complete in time",
    "PT1H,     live, true,  STOPPING, ''",
    "PT59M59S, gone, false, STOPPING, ''",
    "PT1H,     gone, false, STOPPED,  backup failed: it was not complete in time",
    "PT2H,     gone, true,  STOPPING, ''",
  })
  void stoppingEndsInTime(
      Duration after, String processes, boolean maintenance, Phase phase, String failed) {
    Observation seen =
        processes.equals("live") ? seen("ready") : disposal(SaveState.RUNNING, "", "");
    Instant now = Workspaces.CREATED.plus(after);
    Optional<Instant> until = maintenance ? Optional.of(now.plusSeconds(1)) : Optional.empty();
    Workspace workspace = stopping(WorkspaceType.REGULAR, true);
    for (int i = 0; i < 4; i++) {
      workspace = LIFECYCLE.step(workspace, seen, now, until).workspace();
    }

    assertThat(workspace.phase()).isEqualTo(phase);
    assertThat(conditions(workspace).failed()).isEqualTo(failed);
    assertThat(conditions(workspace).timeout().isEmpty()).isEqualTo(failed.isEmpty());
    assertThat(conditions(workspace).timedOut().isEmpty()).isEqualTo(failed.isEmpty());
  }

  @Test
  void whatStoppedIsRemovedAndForgottenAfterItsRetention() {
    Workspace stopped = Workspaces.in(Phase.STOPPED, WorkspaceType.REGULAR);
    Instant end = Workspaces.CREATED.plus(TimeoutSettings.DEFAULT.retention());

    assertThat(step(stopped, ended(Exit.Cause.EXITED, 0)).actions())
        .containsExactly(new Action.Remove());
    assertThat(step(stopped, Observation.ABSENT).actions()).isEmpty();
    assertThat(step(stopped, Observation.ABSENT).next()).contains(end);
    assertThat(step(stopped, Observation.ABSENT, end.minusNanos(1)).actions()).isEmpty();
    assertThat(step(stopped, Observation.ABSENT, end).actions())
        .containsExactly(new Action.Remove(), new Action.Forget());
  }

  private static Workspace last(List<Workspace> recorded) {
    return recorded.get(recorded.size() - 1);
  }
}
