// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.content.agent.AgentResult;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.InitializerMetrics.Kind;
import dev.atelier.workspace.domain.InitializerMetrics.Metric;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Progress;
import dev.atelier.workspace.domain.Workspaces;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PodInstanceTest {
  private static final Observation STARTED =
      Observation.ABSENT.with(seen -> seen.stage(Stage.STARTED));
  private static final InitializerMetrics METRICS =
      InitializerMetrics.NONE.plus(Kind.BACKUP, new Metric(Duration.ofMillis(7), 42));

  private final PodInstance instance = new PodInstance("a");

  @Test
  void aKeeperIsAskedOnceHowContentWasMade() {
    assertThat(instance.askForContent()).isTrue();
    assertThat(instance.askForContent()).isFalse();
    instance.contentUnknown();
    assertThat(instance.askForContent()).isTrue();
    instance.contentMade(
        AgentResult.parse(
            "metric.backup.bytes=42\nmetric.backup.millis=7\nnote=restored\noutcome=done\n"));
    assertMade();
  }

  @Test
  void whatAnotherManagerRecordedNobodyIsAsked() {
    instance.contentRecorded(
        Workspaces.pending("a")
            .status()
            .with(
                status ->
                    status
                        .initializerMetrics(METRICS)
                        .progress(Progress.NONE.withNote("restored"))));
    assertThat(instance.askForContent()).isFalse();
    assertMade();
  }

  private void assertMade() {
    Observation seen = instance.with(STARTED);
    assertThat(seen.note()).isEqualTo("restored");
    assertThat(seen.initializerMetrics()).isEqualTo(METRICS);
  }
}
