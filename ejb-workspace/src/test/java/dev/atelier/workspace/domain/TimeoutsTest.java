// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TimeoutsTest {
  private static final Timeouts TIMEOUTS = new Timeouts(TimeoutSettings.DEFAULT);
  private static final Instant CREATED = Workspaces.CREATED;

  /** One row of the contract's table: an instance, what its limit counts from, and the words. */
  private record Row(
      String name, Workspace workspace, Duration since, Duration limit, String words) {
    Instant at() {
      return CREATED.plus(since).plus(limit);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Workspace in(Phase phase) {
    return Workspaces.in(phase, WorkspaceType.REGULAR);
  }

  private static Workspace active(Duration after, UnaryOperator<WorkspaceControls> controls) {
    Workspace workspace = Workspaces.active(Workspaces.running(), CREATED.plus(after));
    return workspace.withControls(controls.apply(workspace.controls()));
  }

  private static Workspace pulling() {
    Workspace creating = in(Phase.CREATING);
    return creating.withStatus(
        creating.status().withConditions(creating.status().conditions().withPullingImages(true)));
  }

  private static Workspace since(Workspace workspace, UnaryOperator<Progress> progress) {
    return workspace.withStatus(
        workspace.status().withProgress(progress.apply(workspace.status().progress())));
  }

  private static Duration minutes(long minutes) {
    return Duration.ofMinutes(minutes);
  }

  private static List<Row> rows() {
    Duration ten = minutes(10);
    Workspace used = active(minutes(2_150), c -> c);
    Workspace shortLived =
        active(minutes(110), c -> c)
            .withSpec(Workspaces.running().spec().withMaximumLifetime(minutes(120)));
    return List.of(
        new Row("initialization", in(Phase.PENDING), Duration.ZERO, minutes(30), "initialization"),
        new Row("creating", in(Phase.CREATING), Duration.ZERO, minutes(60), "creating containers"),
        new Row("pulling", pulling(), Duration.ZERO, minutes(60), "pulling images"),
        new Row("initializing", in(Phase.INITIALIZING), Duration.ZERO, minutes(60), "startup"),
        new Row("never used", Workspaces.running(), Duration.ZERO, minutes(60), "startup"),
        new Row("regular", active(ten, c -> c), ten, minutes(30), "period of inactivity"),
        new Row(
            "regular, active before it ran",
            since(
                active(ten, c -> c), p -> p.withRunningAt(Optional.of(CREATED.plus(minutes(50))))),
            minutes(50),
            minutes(30),
            "period of inactivity"),
        new Row(
            "regular, replaced",
            active(ten, c -> c.withTimeout(minutes(90))),
            ten,
            minutes(90),
            "period of inactivity"),
        new Row(
            "closed", active(ten, c -> c.withClosed(true)), ten, minutes(2), "after being closed"),
        new Row(
            "closed, replaced",
            active(ten, c -> c.withClosed(true).withClosedTimeout(minutes(5))),
            ten,
            minutes(5),
            "after being closed"),
        new Row(
            "closed, switched off",
            active(ten, c -> c.withClosed(true).withClosedTimeout(Duration.ZERO)),
            ten,
            minutes(30),
            "period of inactivity"),
        new Row(
            "closed for longer than inactive",
            active(ten, c -> c.withClosed(true).withClosedTimeout(minutes(45))),
            ten,
            minutes(30),
            "period of inactivity"),
        new Row("lifetime", used, Duration.ZERO, Duration.ofHours(36), "maximum lifetime"),
        new Row("lifetime, replaced", shortLived, Duration.ZERO, minutes(120), "maximum lifetime"),
        new Row(
            "headless",
            Workspaces.in(Phase.RUNNING, WorkspaceType.PREBUILD),
            Duration.ZERO,
            minutes(60),
            "running the headless workspace"),
        new Row(
            "headless, replaced",
            Workspaces.in(Phase.RUNNING, WorkspaceType.IMAGEBUILD)
                .withControls(Workspaces.running().controls().withTimeout(minutes(20))),
            Duration.ZERO,
            minutes(20),
            "running the headless workspace"),
        new Row(
            "interrupted",
            since(
                in(Phase.INTERRUPTED),
                p -> p.withInterruptedAt(Optional.of(CREATED.plus(minutes(50))))),
            minutes(50),
            minutes(5),
            "workspace interruption"),
        new Row(
            "finalization",
            since(
                in(Phase.STOPPING), p -> p.withStoppingAt(Optional.of(CREATED.plus(minutes(100))))),
            minutes(100),
            minutes(60),
            "backup"),
        new Row(
            "stopping",
            since(
                in(Phase.STOPPING),
                p -> p.withStoppingAt(Optional.of(CREATED.plus(minutes(100)))).withDisposed(true)),
            minutes(100),
            minutes(60),
            "stopping"));
  }

  static Stream<Arguments> moments() {
    return rows().stream()
        .flatMap(
            row ->
                Stream.of(-1_000_000_000L, -1L, 0L, 1L, 60_000_000_000L)
                    .map(nanos -> Arguments.of(row, Duration.ofNanos(nanos))));
  }

  @ParameterizedTest(name = "{0}, {1} after it")
  @MethodSource("moments")
  void itPassesAtTheMomentAndNotBefore(Row row, Duration after) {
    Deadline deadline = TIMEOUTS.deadline(row.workspace()).orElseThrow();

    assertThat(deadline.at()).isEqualTo(row.at());
    assertThat(deadline.activity().text()).isEqualTo(row.words());
    assertThat(deadline.passed(row.at().plus(after))).isEqualTo(!after.isNegative());
  }

  @ParameterizedTest(name = "{0}, {1} after it")
  @MethodSource("moments")
  void theLifecycleActsOnItUnlessThereIsMaintenance(Row row, Duration after) {
    Lifecycle lifecycle = new Lifecycle(TIMEOUTS);
    Workspace workspace = row.workspace();
    Observation seen =
        lasting(workspace.phase())
            .withPullingImages(workspace.status().conditions().pullingImages());
    Instant now = row.at().plus(after);

    Step without = lifecycle.step(workspace, seen, now, Optional.empty());
    Step with = lifecycle.step(workspace, seen, now, Optional.of(now.plusSeconds(1)));

    boolean stopping = workspace.phase() == Phase.STOPPING;
    boolean disposed = workspace.status().progress().disposed();
    Workspace next = without.workspace();
    boolean acted =
        stopping
            ? next.phase() == Phase.STOPPED || next.status().progress().disposed() != disposed
            : next.phase() == Phase.STOPPING;
    assertThat(acted).isEqualTo(!after.isNegative());
    if (acted && !stopping) {
      assertThat(next.status().conditions().timeout())
          .startsWith("workspace timed out after " + row.words() + " (");
      assertThat(next.status().conditions().timedOut().map(Deadline.Activity::text))
          .contains(row.words());
    }
    assertThat(with.workspace().phase()).isEqualTo(workspace.phase());
    assertThat(with.workspace().status().conditions().timeout()).isEmpty();
    assertThat(with.next().orElseThrow())
        .isAfterOrEqualTo(now.plusSeconds(after.isNegative() ? 0 : 1));
  }

  /** What a runtime shows while the phase lasts. */
  private static Observation lasting(Phase phase) {
    Observation started = Observation.ABSENT.withStage(Observation.Stage.STARTED);
    return switch (phase) {
      case PENDING -> Observation.ABSENT.withStage(Observation.Stage.WAITING);
      case CREATING -> Observation.ABSENT.withStage(Observation.Stage.CREATING);
      case INITIALIZING -> started;
      case RUNNING, STOPPING, STOPPED -> started.withContentReady(true).withReady(true);
      case INTERRUPTED -> started.withContentReady(true).withInterrupted(true);
    };
  }

  @Test
  void whatHasStoppedHasNone() {
    assertThat(TIMEOUTS.deadline(in(Phase.STOPPED))).isEmpty();
  }

  @Test
  void laterActivityMovesIt() {
    assertThat(TIMEOUTS.deadline(active(minutes(10), c -> c)).orElseThrow().at())
        .isEqualTo(CREATED.plus(minutes(40)));
    assertThat(TIMEOUTS.deadline(active(minutes(25), c -> c)).orElseThrow().at())
        .isEqualTo(CREATED.plus(minutes(55)));
  }

  @ParameterizedTest
  @CsvSource({
    "INTERRUPTION,     PT5M,   PT5M3S,  workspace interruption (00h05m) took longer than 00h05m",
    "INACTIVITY,       PT30M,  PT62M,   period of inactivity (01h02m) took longer than 00h30m",
    "LIFETIME,         PT36H,  PT36H1M, maximum lifetime (36h01m) took longer than 36h00m",
    "CLOSED,           PT2M,   PT2M,    after being closed (00h02m) took longer than 00h02m",
    "RUNNING_HEADLESS, PT1H,   PT100H,  running the headless workspace (100h00m) took longer than"
        + " 01h00m",
    "BACKUP,           PT1H,   PT61M,   backup (01h01m) took longer than 01h00m",
    "STOPPING,         PT45S,  PT59S,   stopping (59s) took longer than 45s",
    "INACTIVITY,       PT45S,  PT60S,   period of inactivity (00h01m) took longer than 45s",
    "INACTIVITY,       PT0.3S, PT1S,    period of inactivity (1s) took longer than 300ms",
  })
  void itsConditionSaysWhatTookHowLong(
      Deadline.Activity activity, Duration limit, Duration took, String words) {
    assertThat(new Deadline(activity, CREATED, limit).condition(CREATED.plus(took)))
        .isEqualTo("workspace timed out after " + words);
  }
}
