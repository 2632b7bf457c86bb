// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.web.console.WorkspaceView.Condition;
import dev.atelier.web.console.WorkspaceView.Fact;
import dev.atelier.web.console.WorkspaceView.Step;
import dev.atelier.workspace.domain.AdmissionLevel;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Captures;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.Deadline;
import dev.atelier.workspace.domain.ExposedPort;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.GitIdentity;
import dev.atelier.workspace.domain.IdeImage;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.PortProtocol;
import dev.atelier.workspace.domain.PortVisibility;
import dev.atelier.workspace.domain.Progress;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceControls;
import dev.atelier.workspace.domain.WorkspaceSpec;
import dev.atelier.workspace.domain.WorkspaceStatus;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.operations.WorkspaceOperations.DescribedWorkspace;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WorkspaceViewTest {
  private static final Instant CREATED = Instant.parse("2026-03-01T10:00:00Z");

  private Workspace workspace = workspace("one", CREATED);

  @Test
  void aRowTellsWhenAndWhyItEnds() {
    Deadline deadline = new Deadline(Deadline.Activity.INACTIVITY, CREATED, Duration.ofMinutes(30));
    WorkspaceRow row =
        WorkspaceRow.of(new DescribedWorkspace(workspace, Optional.empty(), Optional.of(deadline)));

    assertThat(row.deadline()).isEqualTo("2026-03-01T10:30:00Z");
    assertThat(row.reason()).isEqualTo("if nobody uses it");
    assertThat(row.created()).isEqualTo("2026-03-01T10:00:00Z");
  }

  @Test
  void aRowWithoutADeadlineSaysNothingOfOne() {
    WorkspaceRow row = WorkspaceRow.of(described());

    assertThat(row.deadline()).isEmpty();
    assertThat(row.reason()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Phase.class)
  void onlyWhatIsNotYetStoppingCanBeStopped(Phase phase) {
    workspace = workspace.withStatus(workspace.status().withPhase(phase));
    WorkspaceRow row = WorkspaceRow.of(described());

    assertThat(row.stoppable()).isEqualTo(phase != Phase.STOPPING && phase != Phase.STOPPED);
    assertThat(row.label()).isEqualToIgnoringCase(phase.name());
    assertThat(row.phase()).isEqualTo(row.label().toLowerCase(Locale.ROOT));
  }

  @Test
  void aFailureMattersMoreThanATimeoutAndThatMoreThanTheMessage() {
    workspace = workspace.withStatus(workspace.status().withMessage("waiting"));
    assertThat(WorkspaceRow.of(described()).note()).isEqualTo("waiting");

    holds(Conditions.NONE.withTimeout("timed out"));
    assertThat(WorkspaceRow.of(described()).note()).isEqualTo("timed out");
    assertThat(WorkspaceRow.of(described()).failed()).isFalse();

    holds(Conditions.NONE.withTimeout("timed out").withFailed("no such image"));
    assertThat(WorkspaceRow.of(described()).note()).isEqualTo("no such image");
    assertThat(WorkspaceRow.of(described()).failed()).isTrue();
  }

  @Test
  void aRowTellsWhenItWasLastBackedUp() {
    assertThat(WorkspaceRow.of(described()).backup()).isEmpty();
    assertThat(WorkspaceRow.of(described()).backedUp()).isEmpty();

    Progress running = Progress.NONE.withRunningAt(Optional.of(CREATED));
    progress(running);
    assertThat(WorkspaceRow.of(described()).backup()).isEmpty();
    assertThat(WorkspaceRow.of(described()).backedUp()).isEqualTo("never");

    Capture.Outcome backup =
        new Capture.Outcome("live-1", Capture.Kind.BACKUP, "url", "", CREATED.plusSeconds(300));
    progress(running.withCaptures(Captures.NONE.settled(backup)));
    assertThat(WorkspaceRow.of(described()).backup()).isEqualTo("2026-03-01T10:05:00Z");
    assertThat(WorkspaceRow.of(described()).backedUp()).isEmpty();
  }

  @Test
  void theFinalBackupIsTheLast() {
    progress(
        Progress.NONE
            .withRunningAt(Optional.of(CREATED))
            .withStoppedAt(Optional.of(CREATED.plusSeconds(60))));
    holds(Conditions.NONE.withFinalBackupComplete(true));

    assertThat(WorkspaceRow.of(described()).backup()).isEqualTo("2026-03-01T10:01:00Z");
    assertThat(WorkspaceRow.of(described()).backedUp()).isEmpty();
  }

  @Test
  void whatIsNotBackedUpDoesNotMissABackup() {
    progress(Progress.NONE.withRunningAt(Optional.of(CREATED)));
    workspace = workspace.withSpec(workspace.spec().withType(WorkspaceType.PREBUILD));

    assertThat(WorkspaceRow.of(described()).backedUp()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Phase.class)
  void aBackupCanBeAskedForWhileItRuns(Phase phase) {
    workspace = workspace.withStatus(workspace.status().withPhase(phase));

    assertThat(WorkspaceView.of(described()).running()).isEqualTo(phase == Phase.RUNNING);
  }

  @Test
  void unsavedContentNamesItsWorkspace() {
    UnsavedContent left = new UnsavedContent("one", "owner", "meta", CREATED, CREATED);

    assertThat(UnsavedRow.of(List.of(left)))
        .containsExactly(new UnsavedRow("one", "meta", "owner", "2026-03-01T10:00:00Z"));
  }

  private void progress(Progress progress) {
    workspace = workspace.withStatus(workspace.status().withProgress(progress));
  }

  @Test
  void everyReasonAndPhaseHasWords() {
    assertThat(Arrays.stream(Deadline.Activity.values()).map(Wording::of))
        .doesNotHaveDuplicates()
        .allSatisfy(text -> assertThat(text).isNotBlank());
  }

  @Test
  void aViewShowsNoCredentials() {
    WorkspaceView view = WorkspaceView.of(described());

    assertThat(view.content()).contains(new Fact("Repository", "https://example.com/p.git"));
    assertThat(view.toString()).doesNotContain("secret");
  }

  @Test
  void aViewShowsControlsAsTheyAre() {
    WorkspaceView view = WorkspaceView.of(described());

    assertThat(view.facts())
        .contains(
            new Fact("Open to", "everyone"),
            new Fact("Inactivity timeout", "30 min"),
            new Fact("Closed timeout", "off"),
            new Fact("Maximum lifetime", "1 d 12 h"));
    assertThat(view.ports())
        .containsExactly(new WorkspaceView.Port(3000, "public", "http", "http://127.0.0.1/3000"));
    assertThat(view.controls().timeout()).isEqualTo("30m0s");
    assertThat(view.controls().admission()).isEqualTo("everyone");
    assertThat(view.controls().keys()).extracting(SshKeyRow::type).containsExactly("ssh-ed25519");
  }

  @ParameterizedTest
  @EnumSource(Deadline.Activity.class)
  void onlyWhatCountsFromUseCanBeExtended(Deadline.Activity activity) {
    workspace = workspace.withStatus(workspace.status().withPhase(Phase.RUNNING));
    Deadline deadline = new Deadline(activity, CREATED, Duration.ofMinutes(30));
    WorkspaceView view =
        WorkspaceView.of(
            new DescribedWorkspace(workspace, Optional.empty(), Optional.of(deadline)));

    assertThat(view.extendable())
        .isEqualTo(
            Set.of(
                    Deadline.Activity.INACTIVITY,
                    Deadline.Activity.CLOSED,
                    Deadline.Activity.STARTUP)
                .contains(activity));
  }

  @Test
  void aViewTellsItsLifeInOrder() {
    Progress progress =
        Progress.NONE
            .withContentReadyAt(Optional.of(CREATED.plusSeconds(2)))
            .withRunningAt(Optional.of(CREATED.plusMillis(3_500)));
    workspace = workspace.withStatus(workspace.status().withProgress(progress));

    assertThat(WorkspaceView.of(described()).steps())
        .containsExactly(
            new Step("Created", "2026-03-01T10:00:00Z", ""),
            new Step("Content ready", "2026-03-01T10:00:02Z", "after 2 s"),
            new Step("Running", "2026-03-01T10:00:03.500Z", "after 3.5 s"));
  }

  @Test
  void conditionsSayWhetherAndHowTheyHold() {
    holds(Conditions.NONE.withFailed("out of memory").withDeployed(true));

    assertThat(WorkspaceView.of(described()).conditions())
        .contains(
            new Condition("Failed", true, "out of memory"),
            new Condition("Deployed", true, ""),
            new Condition("Aborted", false, ""));
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S,0 s",
    "PT0.25S,0.3 s",
    "PT9.94S,9.9 s",
    "PT10S,10 s",
    "PT90S,1 min 30 s",
    "PT1H,1 h",
    "PT36H,1 d 12 h",
    "PT25H0M5S,1 d 1 h"
  })
  void durationsReadAsPeopleSayThem(Duration duration, String text) {
    assertThat(HumanDuration.of(duration)).isEqualTo(text);
  }

  private void holds(Conditions conditions) {
    workspace = workspace.withStatus(workspace.status().withConditions(conditions));
  }

  private DescribedWorkspace described() {
    return describe(workspace);
  }

  private static DescribedWorkspace describe(Workspace workspace) {
    return new DescribedWorkspace(workspace, Optional.empty(), Optional.empty());
  }

  private static Workspace workspace(String id, Instant created) {
    Initializer git =
        new Initializer.Git(
            "https://user:secret@example.com/p.git",
            "",
            CloneTargetMode.REMOTE_HEAD,
            "",
            "p",
            Map.of(),
            GitAuthentication.NONE,
            false);
    WorkspaceSpec spec =
        new WorkspaceSpec(
            WorkspaceType.REGULAR,
            "owner",
            "meta",
            "",
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            "image",
            IdeImage.NONE,
            List.of(),
            Set.of(),
            git,
            "",
            GitIdentity.NONE,
            "default",
            "http://127.0.0.1/",
            Duration.ofHours(36),
            Duration.ZERO);
    WorkspaceControls controls =
        new WorkspaceControls(
            Duration.ofMinutes(30),
            Duration.ZERO,
            List.of(
                new ExposedPort(
                    3000, PortVisibility.PUBLIC, PortProtocol.HTTP, "http://127.0.0.1/3000")),
            AdmissionLevel.EVERYONE,
            List.of("ssh-ed25519 AAAA"),
            Optional.empty(),
            false,
            Optional.empty());
    return new Workspace(id, 1, created, spec, controls, WorkspaceStatus.NEW, TraceContext.NONE);
  }
}
