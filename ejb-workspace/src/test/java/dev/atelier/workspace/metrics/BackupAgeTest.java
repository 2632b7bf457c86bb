// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Captures;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Progress;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackupAgeTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

  @Test
  void theOldestOfEachClassCounts() {
    assertThat(
            ages(
                running("large", Captures.NONE.settled(backup(30))),
                running("large", Captures.NONE.settled(backup(90))),
                running("small", Captures.NONE.settled(backup(5)))))
        .containsEntry(List.of("large"), 90d)
        .containsEntry(List.of("small"), 5d);
  }

  @Test
  void withoutABackupItIsAsOldAsTheRun() {
    assertThat(ages(running("large", Captures.NONE))).containsEntry(List.of("large"), 600d);
  }

  @Test
  void whatDoesNotRunOrIsNotBackedUpHasNone() {
    Workspace running = running("large", Captures.NONE);

    assertThat(
            ages(
                running.withStatus(running.status().withPhase(Phase.STOPPED)),
                running.withSpec(running.spec().withType(WorkspaceType.PREBUILD))))
        .containsEntry(List.of("large"), 0d);
  }

  @Test
  void classesThatAreNotConfiguredShareOneLabel() {
    assertThat(ages(running("gone", Captures.NONE))).containsEntry(List.of("other"), 600d);
  }

  private static Map<List<String>, Double> ages(Workspace... workspaces) {
    return BackupAge.greatest(List.of(workspaces), List.of("large", "small"), NOW);
  }

  private static Capture.Outcome backup(int seconds) {
    return new Capture.Outcome("live-1", Capture.Kind.BACKUP, "url", "", NOW.minusSeconds(seconds));
  }

  private static Workspace running(String workspaceClass, Captures captures) {
    Workspace pending = Workspaces.pending("id");
    Progress progress =
        Progress.NONE.withRunningAt(Optional.of(NOW.minusSeconds(600))).withCaptures(captures);
    return pending
        .withSpec(pending.spec().withWorkspaceClass(workspaceClass))
        .withStatus(pending.status().withPhase(Phase.RUNNING).withProgress(progress));
  }
}
