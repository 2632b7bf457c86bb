// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.ConditionsBuilder;
import dev.atelier.workspace.domain.Deadline;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Progress;
import dev.atelier.workspace.domain.ProgressBuilder;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceStatusBuilder;
import dev.atelier.workspace.domain.Workspaces;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkspaceMetricsTest {
  private static final Instant CREATED = Instant.parse("2026-03-01T10:00:00Z");

  private final Metrics metrics = new Metrics();
  private Instant now = CREATED;
  private final WorkspaceMetrics counting =
      new WorkspaceMetrics(metrics, List.of("large"), () -> now);
  private Workspace workspace = created("large");

  @Test
  void everythingIsThereAtZeroFromTheStart() {
    assertThat(metrics.text())
        .contains(
            "atelier_workspace_starts_total{class=\"large\",type=\"prebuild\"} 0\n",
            "atelier_workspace_stops_total{class=\"large\",type=\"regular\",reason=\"tab-closed\"}"
                + " 0\n",
            "atelier_workspace_backups_total{class=\"large\",type=\"regular\",kind=\"live\"} 0\n",
            "atelier_workspace_startup_seconds_count{class=\"large\",type=\"regular\"} 0\n");
  }

  @Test
  void aLifeIsCountedAndTimed() {
    start();
    to(Phase.CREATING, 2);
    to(Phase.INITIALIZING, 3);
    to(Phase.RUNNING, 4);
    to(Phase.STOPPING, 60);
    change(
        60,
        status ->
            status.conditions(
                ConditionsBuilder.builder(workspace.status().conditions())
                    .stoppedByRequest(true)
                    .build()));
    to(Phase.STOPPED, 70);

    assertThat(metrics.text())
        .contains(
            "starts_total{class=\"large\",type=\"regular\"} 1\n",
            "pending_seconds_sum{class=\"large\",type=\"regular\"} 2\n",
            "creating_seconds_sum{class=\"large\",type=\"regular\"} 1\n",
            "initializing_seconds_sum{class=\"large\",type=\"regular\"} 1\n",
            "startup_seconds_sum{class=\"large\",type=\"regular\"} 4\n",
            "stops_total{class=\"large\",type=\"regular\",reason=\"regular-stop\"} 1\n",
            "failures_total{class=\"large\",type=\"regular\"} 0\n");
  }

  @Test
  void aReturnFromAnInterruptionIsNoStart() {
    start();
    running();
    to(Phase.INTERRUPTED, 5);
    to(Phase.RUNNING, 6);

    assertThat(metrics.text())
        .contains("startup_seconds_count{class=\"large\",type=\"regular\"} 1\n");
  }

  @Test
  void aFailureIsCountedOnceAndTellsWhetherItEverRan() {
    start();
    change(1, status -> fail(status, "image not found"));
    to(Phase.STOPPING, 1);
    to(Phase.STOPPED, 2);

    assertThat(metrics.text())
        .contains(
            "failures_total{class=\"large\",type=\"regular\"} 1\n",
            "reason=\"start-failure\"} 1\n");
  }

  @Test
  void aFailureWhileRunningIsAnotherReason() {
    start();
    running();
    change(5, status -> fail(status, "out of memory"));
    to(Phase.STOPPED, 6);

    assertThat(metrics.text()).contains("reason=\"failed\"} 1\n");
  }

  @Test
  void theReasonOfAStopFollowsItsConditions() {
    start();
    change(1, status -> status.conditions(conditions().aborted(true).build()));
    to(Phase.STOPPED, 1);
    assertThat(metrics.text()).contains("reason=\"aborted\"} 1\n");
  }

  @ParameterizedTest
  @CsvSource({
    "CLOSED, true, tab-closed",
    "INACTIVITY, true, timeout",
    "LIFETIME, true, timeout",
    "INTERRUPTION, true, timeout",
    "LIFETIME, false, timeout",
    ", true, timeout",
  })
  void aTimeoutIsATabClosedWhereThatTookTooLong(
      Deadline.Activity activity, boolean closed, String reason) {
    workspace = workspace.withControls(workspace.controls().withClosed(closed));
    start();
    change(
        1,
        status ->
            status.conditions(
                conditions()
                    .timeout("workspace timed out")
                    .timedOut(Optional.ofNullable(activity))
                    .build()));
    to(Phase.STOPPED, 1);

    assertThat(metrics.text()).contains("reason=\"" + reason + "\"} 1\n");
  }

  @Test
  void aBackupIsCountedAndTimedFromTheEndOfTheProcesses() {
    start();
    running();
    to(Phase.STOPPING, 10);
    change(12, status -> status.progress(ended(12)));
    change(15, status -> status.conditions(conditions().finalBackupComplete(true).build()));
    to(Phase.STOPPED, 15);

    assertThat(metrics.text())
        .contains(
            "backups_total{class=\"large\",type=\"regular\",kind=\"final\"} 1\n",
            "backup_failures_total{class=\"large\",type=\"regular\",kind=\"final\"} 0\n",
            "backup_seconds_sum{class=\"large\",type=\"regular\",kind=\"final\"} 3\n");
  }

  @Test
  void aBackupThatWasDueAndIsMissingIsAFailure() {
    start();
    running();
    to(Phase.STOPPING, 10);
    change(12, status -> status.progress(ended(12)));
    to(Phase.STOPPED, 15);

    assertThat(metrics.text())
        .contains("backup_failures_total{class=\"large\",type=\"regular\",kind=\"final\"} 1\n");
  }

  @Test
  void aRestoreIsCountedOnce() {
    start();
    InitializerMetrics restored =
        InitializerMetrics.NONE.plus(
            InitializerMetrics.Kind.BACKUP, new InitializerMetrics.Metric(Duration.ZERO, 1));
    change(1, status -> status.initializerMetrics(restored));
    to(Phase.RUNNING, 2);

    assertThat(metrics.text())
        .contains(
            "restores_total{class=\"large\",type=\"regular\",from=\"backup\"} 1\n",
            "restores_total{class=\"large\",type=\"regular\",from=\"snapshot\"} 0\n");
  }

  @Test
  void theSnapshotOfAPrebuildIsCountedAndOneThatIsMissingIsAFailure() {
    start();
    change(12, status -> status.progress(ended(12).withSave(Optional.of(Save.SNAPSHOT))));
    change(14, status -> status.conditions(conditions().snapshot("url").build()));
    to(Phase.STOPPED, 15);
    assertThat(metrics.text())
        .contains(
            "backups_total{class=\"large\",type=\"regular\",kind=\"snapshot\"} 1\n",
            "backup_failures_total{class=\"large\",type=\"regular\",kind=\"snapshot\"} 0\n",
            "backup_seconds_sum{class=\"large\",type=\"regular\",kind=\"snapshot\"} 2\n");

    workspace = created("large");
    start();
    change(12, status -> status.progress(ended(12).withSave(Optional.of(Save.SNAPSHOT))));
    to(Phase.STOPPED, 15);
    assertThat(metrics.text())
        .contains("backup_failures_total{class=\"large\",type=\"regular\",kind=\"snapshot\"} 1\n");
  }

  @Test
  void copiesOfLivingInstancesAreCountedAndTimed() {
    copied(Capture.Kind.BACKUP, "", Optional.of(Duration.ofSeconds(2)));
    copied(Capture.Kind.BACKUP, "away", Optional.of(Duration.ofSeconds(9)));
    copied(Capture.Kind.SNAPSHOT, "", Optional.of(Duration.ofSeconds(4)));
    copied(Capture.Kind.SNAPSHOT, "aborted", Optional.empty());

    assertThat(metrics.text())
        .contains(
            "backups_total{class=\"large\",type=\"regular\",kind=\"live\"} 1\n",
            "backups_total{class=\"large\",type=\"regular\",kind=\"snapshot\"} 1\n",
            "backup_failures_total{class=\"large\",type=\"regular\",kind=\"live\"} 1\n",
            "backup_failures_total{class=\"large\",type=\"regular\",kind=\"snapshot\"} 1\n",
            "backup_seconds_sum{class=\"large\",type=\"regular\",kind=\"live\"} 2\n",
            "backup_seconds_sum{class=\"large\",type=\"regular\",kind=\"snapshot\"} 4\n");
  }

  private void copied(Capture.Kind kind, String failure, Optional<Duration> took) {
    counting.copied(workspace, new Capture.Outcome("id", kind, "", failure, now), took);
  }

  @Test
  void whatRanBeforeARestartIsNotCountedAsStarted() {
    workspace = workspace.withVersion(7);
    start();

    assertThat(metrics.text()).contains("starts_total{class=\"large\",type=\"regular\"} 0\n");
  }

  @Test
  void classesThatAreNotConfiguredShareOneLabel() {
    workspace = created("gone");
    start();
    workspace = created("gone too");
    start();

    assertThat(metrics.text()).contains("starts_total{class=\"other\",type=\"regular\"} 2\n");
  }

  private void start() {
    counting.changed(new WorkspaceChanged(Optional.empty(), workspace, 1));
  }

  private void running() {
    to(Phase.RUNNING, 4);
    change(
        4,
        status ->
            status.progress(
                ProgressBuilder.builder(workspace.status().progress())
                    .runningAt(Optional.of(now))
                    .build()));
  }

  private void to(Phase phase, int second) {
    change(second, status -> status.phase(phase));
  }

  private void change(int second, Consumer<WorkspaceStatusBuilder> change) {
    now = CREATED.plusSeconds(second);
    Workspace before = workspace;
    workspace = before.withVersion(before.version() + 1).withStatus(before.status().with(change));
    counting.changed(new WorkspaceChanged(Optional.of(before), workspace, 2));
  }

  private void fail(WorkspaceStatusBuilder status, String why) {
    status.conditions(conditions().failed(why).build());
  }

  private ConditionsBuilder conditions() {
    return ConditionsBuilder.builder(workspace.status().conditions());
  }

  private Progress ended(int second) {
    return ProgressBuilder.builder(workspace.status().progress())
        .endedAt(Optional.of(CREATED.plusSeconds(second)))
        .save(Optional.of(Save.BACKUP))
        .build();
  }

  private static Workspace created(String workspaceClass) {
    Workspace pending = Workspaces.pending("id");
    return pending
        .withCreatedAt(CREATED)
        .withSpec(pending.spec().withWorkspaceClass(workspaceClass));
  }
}
