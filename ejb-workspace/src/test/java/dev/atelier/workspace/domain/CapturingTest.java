// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.Capture.Kind;
import dev.atelier.workspace.domain.Observation.Disposal;
import dev.atelier.workspace.domain.Observation.Exit;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Observation.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the lifecycle decides about copies of content that is in use. */
class CapturingTest {
  private static final Duration INTERVAL = Duration.ofMinutes(5);
  private static final Instant CREATED = Workspaces.CREATED;
  private static final String SNAPSHOT = "0".repeat(32);
  private static final Observation RUNNING =
      Observation.ABSENT.with(o -> o.stage(Stage.STARTED).contentReady(true).ready(true));
  private static final Observation ENDED =
      RUNNING.with(
          o ->
              o.stage(Stage.ENDED)
                  .ready(false)
                  .exit(
                      Optional.of(new Exit(Exit.Cause.EXITED, OptionalInt.of(143), CREATED, ""))));

  private final Lifecycle lifecycle = new Lifecycle(new Timeouts(TimeoutSettings.DEFAULT));

  private static Workspace running() {
    Workspace workspace = Workspaces.active(Workspaces.running(), CREATED);
    return workspace.withSpec(workspace.spec().withBackupInterval(INTERVAL));
  }

  private static Workspace with(Workspace workspace, UnaryOperator<Captures> change) {
    WorkspaceStatus status = workspace.status();
    return workspace.withStatus(
        status.withProgress(
            status.progress().withCaptures(change.apply(status.progress().captures()))));
  }

  private static Workspace asked(Kind... kinds) {
    Workspace workspace = running();
    for (Kind kind : kinds) {
      workspace =
          with(
              workspace,
              c ->
                  switch (kind) {
                    case SNAPSHOT -> c.withSnapshot(SNAPSHOT, CREATED);
                    case BACKUP -> c.withBackup(CREATED);
                  });
    }
    return workspace;
  }

  private static Captures captures(Workspace workspace) {
    return workspace.status().progress().captures();
  }

  private Step step(Workspace workspace, Observation seen, Instant now) {
    return lifecycle.step(workspace, seen, now, Optional.empty());
  }

  /** Steps until nothing changes; the last step's actions count. */
  private Step settle(Workspace workspace, Observation seen, Instant now) {
    Step step = step(workspace, seen, now);
    for (int i = 0; i < 16 && !step.workspace().equals(workspace); i++) {
      workspace = step.workspace();
      step = step(workspace, seen, now);
    }
    return step;
  }

  private static Observation seen(Observation of, String id, SaveState state, String text) {
    boolean complete = state == SaveState.COMPLETE;
    return of.withCaptures(
        List.of(
            new Capture.Seen(
                id, state, complete ? text : "", Duration.ofMinutes(1), complete ? "" : text)));
  }

  private static Workspace stop(Workspace workspace, StopPolicy policy) {
    return workspace.withControls(workspace.controls().withStop(Optional.of(policy)));
  }

  @Test
  void backupIsDueAfterTheInterval() {
    Instant due = CREATED.plus(INTERVAL);
    assertThat(step(running(), RUNNING, due.minusNanos(1)).next()).contains(due);
    Step step = settle(running(), RUNNING, due);
    assertThat(captures(step.workspace()).pending())
        .containsExactly(new Capture("live-1", Kind.BACKUP, due));
    assertThat(step.actions())
        .containsExactly(new Action.Copy(new Capture("live-1", Kind.BACKUP, due)));
  }

  @Test
  void noBackupIsDueWithoutAnIntervalNorForHeadlessOnes() {
    Workspace without = running().withSpec(running().spec().withBackupInterval(Duration.ZERO));
    Instant late = CREATED.plus(Duration.ofMinutes(20));
    assertThat(captures(settle(without, RUNNING, late).workspace()).pending()).isEmpty();
    Workspace prebuild = Workspaces.in(Phase.RUNNING, WorkspaceType.PREBUILD);
    prebuild = prebuild.withSpec(prebuild.spec().withBackupInterval(INTERVAL));
    assertThat(captures(settle(prebuild, RUNNING, late).workspace()).pending()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"PT1S,PT5M", "PT33S,PT5M", "PT1M,PT9M", "PT1H,PT9H"})
  void backupsTakeATenthOfTheTimeAtMost(Duration took, Duration pause) {
    Instant now = CREATED.plusSeconds(60);
    Observation seen =
        RUNNING.withCaptures(
            List.of(new Capture.Seen("live-1", SaveState.COMPLETE, "url", took, "")));
    Workspace after = settle(asked(Kind.BACKUP), seen, now).workspace();
    assertThat(captures(after).nextBackupAt()).contains(now.plus(pause));
    assertThat(captures(after).lastBackup())
        .contains(new Capture.Outcome("live-1", Kind.BACKUP, "url", "", now));
    assertThat(captures(after).pending()).isEmpty();
  }

  @Test
  void backupThatFailsIsToldAndMadeAgainLater() {
    Observation seen = seen(RUNNING, "live-1", SaveState.FAILED, "the store is away");
    Step step = settle(asked(Kind.BACKUP), seen, CREATED);
    assertThat(step.workspace().status().message()).isEqualTo("backup failed: the store is away");
    assertThat(step.workspace().phase()).isEqualTo(Phase.RUNNING);
    assertThat(captures(step.workspace()).lastBackup()).isEmpty();
    assertThat(captures(step.workspace()).nextBackupAt()).isPresent();
  }

  @Test
  void messageOfAFailureGoesWithTheNextSuccess() {
    Workspace failed =
        settle(
                asked(Kind.SNAPSHOT),
                seen(RUNNING, SNAPSHOT, SaveState.FAILED, "disk full"),
                CREATED)
            .workspace();
    assertThat(failed.status().message()).isEqualTo("snapshot failed: disk full");
    Workspace again = with(failed, c -> c.withBackup(CREATED));
    assertThat(
            settle(again, seen(RUNNING, "live-1", SaveState.COMPLETE, "url"), CREATED)
                .workspace()
                .status()
                .message())
        .isEmpty();
  }

  @Test
  void copiesAreMadeOneAfterTheOther() {
    Step step = settle(asked(Kind.SNAPSHOT, Kind.BACKUP), RUNNING, CREATED);
    assertThat(step.actions())
        .containsExactly(new Action.Copy(captures(step.workspace()).pending().get(0)));
    Step second =
        settle(step.workspace(), seen(RUNNING, SNAPSHOT, SaveState.COMPLETE, "url"), CREATED);
    assertThat(captures(second.workspace()).outcome(SNAPSHOT).orElseThrow().url()).isEqualTo("url");
    assertThat(second.actions())
        .containsExactly(new Action.Copy(captures(second.workspace()).pending().get(0)));
    assertThat(captures(second.workspace()).pending().get(0).kind()).isEqualTo(Kind.BACKUP);
  }

  @Test
  void copyThatGoesOnStaysPending() {
    Step step =
        settle(asked(Kind.SNAPSHOT), seen(RUNNING, SNAPSHOT, SaveState.RUNNING, ""), CREATED);
    assertThat(captures(step.workspace()).pending(SNAPSHOT)).isTrue();
  }

  @Test
  void stopWaitsForSnapshots() {
    Workspace stopping = stop(asked(Kind.SNAPSHOT), StopPolicy.NORMALLY);
    Step waits = settle(stopping, ENDED, CREATED);
    assertThat(waits.workspace().phase()).isEqualTo(Phase.STOPPING);
    assertThat(waits.actions())
        .containsExactly(new Action.Copy(captures(stopping).pending().get(0)));
    Step done =
        settle(waits.workspace(), seen(ENDED, SNAPSHOT, SaveState.COMPLETE, "url"), CREATED);
    assertThat(captures(done.workspace()).outcome(SNAPSHOT).orElseThrow().url()).isEqualTo("url");
    assertThat(done.actions()).containsExactly(new Action.Dispose(Save.BACKUP));
  }

  @Test
  void abortFailsSnapshots() {
    Step step = settle(stop(asked(Kind.SNAPSHOT), StopPolicy.ABORT), ENDED, CREATED);
    assertThat(captures(step.workspace()).outcome(SNAPSHOT).orElseThrow().failure())
        .isEqualTo(Capturing.ABORTED);
    assertThat(step.workspace().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void finalBackupServesWhoWaitsForALiveOne() {
    Workspace stopping = stop(asked(Kind.BACKUP), StopPolicy.NORMALLY);
    Step step = settle(stopping, ENDED, CREATED);
    assertThat(step.actions()).containsExactly(new Action.Dispose(Save.BACKUP));
    Observation saved =
        ENDED.withDisposal(new Disposal(SaveState.COMPLETE, "final", Optional.empty(), ""));
    Workspace after = settle(step.workspace(), saved, CREATED).workspace();
    assertThat(captures(after).outcome("live-1").orElseThrow().url()).isEqualTo("final");
    assertThat(after.status().conditions().finalBackupComplete()).isTrue();
    assertThat(after.phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void whatIsNotDoneInTimeFails() {
    Workspace stopping =
        settle(stop(asked(Kind.SNAPSHOT), StopPolicy.NORMALLY), RUNNING, CREATED).workspace();
    Instant late = CREATED.plus(TimeoutSettings.DEFAULT.finalization());
    Workspace after = settle(stopping, ENDED, late).workspace();
    assertThat(after.phase()).isEqualTo(Phase.STOPPED);
    assertThat(captures(after).outcome(SNAPSHOT).orElseThrow().failure()).isEqualTo(Capturing.LATE);
    assertThat(after.status().conditions().failed()).startsWith("backup failed");
  }

  @Test
  void contentThatIsGoneFailsCopies() {
    Workspace after = settle(asked(Kind.SNAPSHOT), Observation.ABSENT, CREATED).workspace();
    assertThat(captures(after).outcome(SNAPSHOT).orElseThrow().failure()).isEqualTo(Capturing.GONE);
  }

  @Test
  void disposalThatIsTriedAgainIsToldOf() {
    Workspace stopping = settle(stop(running(), StopPolicy.NORMALLY), ENDED, CREATED).workspace();
    Observation away =
        ENDED.withDisposal(
            new Disposal(SaveState.RUNNING, "", Optional.empty(), "backup failed: store away"));
    Workspace after = settle(stopping, away, CREATED).workspace();
    assertThat(after.status().message()).isEqualTo("backup failed: store away");
    assertThat(after.phase()).isEqualTo(Phase.STOPPING);
  }

  @Test
  void outcomesAreFew() {
    Captures captures = Captures.NONE;
    for (int i = 0; i < 20; i++) {
      captures = captures.withBackup(CREATED);
      String id = captures.pending().get(0).id();
      captures = captures.settled(new Capture.Outcome(id, Kind.BACKUP, "url", "", CREATED));
    }
    assertThat(captures.outcomes()).hasSize(Captures.KEPT_OUTCOMES);
    assertThat(captures.outcome("live-20")).isPresent();
    assertThat(captures.pending()).isEmpty();
  }
}
