// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.atelier.proto.wsman.WorkspaceConditionBool;
import dev.atelier.proto.wsman.WorkspaceStatus;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WireStatusesTest {

  @ParameterizedTest
  @EnumSource(Phase.class)
  void everyPhaseHasAWholeStatus(Phase phase) {
    for (WorkspaceType type : WorkspaceType.values()) {
      WorkspaceStatus status = WireStatuses.status(Workspaces.in(phase, type), "token");
      assertThat(status.getPhase().name()).isEqualTo(phase.name());
      assertThat(status.hasSpec()).isTrue();
      assertThat(status.getMetadata().hasStartedAt()).isTrue();
      assertThat(status.hasConditions()).isTrue();
      assertThat(status.hasAuth()).isTrue();
      assertThat(status.hasRuntime()).isTrue();
      assertThat(status.getStatusVersion()).isPositive();
      assertThat(status.getSpec().getType().name()).isEqualTo(type.name());
      assertThat(status.getSpec().getHeadless()).isEqualTo(type != WorkspaceType.REGULAR);
      assertThat(status.getSpec().getTimeout()).endsWith("0s");
      assertThat(status.getSpec().getClosedTimeout()).isEqualTo("2m0s");
      assertThat(status.getConditions().getAllFields().values())
          .doesNotContain(WorkspaceConditionBool.EMPTY.getValueDescriptor());
    }
  }

  @Test
  void conditionsThatHoldAreTrueAndOthersFalse() {
    Workspace workspace = Workspaces.pending("a");
    Workspace deployed =
        workspace.withStatus(
            workspace.status().withConditions(workspace.status().conditions().withDeployed(true)));
    assertThat(WireStatuses.status(deployed, "").getConditions().getDeployed())
        .isEqualTo(WorkspaceConditionBool.TRUE);
    assertThat(WireStatuses.status(deployed, "").getConditions().getAborted())
        .isEqualTo(WorkspaceConditionBool.FALSE);
  }

  @Test
  void onlyStepsThatRanHaveMetrics() {
    Workspace workspace = Workspaces.pending("a");
    assertThat(WireStatuses.status(workspace, "").hasInitializerMetrics()).isFalse();
    InitializerMetrics metrics =
        InitializerMetrics.NONE.plus(
            InitializerMetrics.Kind.GIT,
            new InitializerMetrics.Metric(Duration.ofMillis(1_500), 42));
    WorkspaceStatus status =
        WireStatuses.status(
            workspace.withStatus(workspace.status().withInitializerMetrics(metrics)), "");
    assertThat(status.getInitializerMetrics().getAllFields()).hasSize(1);
    assertThat(status.getInitializerMetrics().getGit().getDuration().getSeconds()).isEqualTo(1);
    assertThat(status.getInitializerMetrics().getGit().getDuration().getNanos())
        .isEqualTo(500_000_000);
    assertThat(status.getInitializerMetrics().getGit().getSize()).isEqualTo(42);
  }

  @Test
  void timesKeepTheirNanoseconds() {
    Instant created = Instant.ofEpochSecond(7, 8);
    assertThat(
            WireStatuses.status(Workspaces.pending("a").withCreatedAt(created), "")
                .getMetadata()
                .getStartedAt())
        .isEqualTo(Timestamp.newBuilder().setSeconds(7).setNanos(8).build());
    assertThat(WireStatuses.rfc3339(created)).isEqualTo("1970-01-01T00:00:07.000000008Z");
  }

  @Test
  void aStatusIsBuiltOnceForEachVersionAndLife() throws Exception {
    AtomicInteger built = new AtomicInteger();
    StatusCache cache = new StatusCache(id -> "token" + built.incrementAndGet(), Set::of);
    Workspace first = Workspaces.pending("a");
    assertThat(cache.of(first)).isSameAs(cache.of(first));
    assertThat(cache.of(first.withVersion(2)).getStatusVersion()).isEqualTo(2);
    assertThat(cache.of(first).getStatusVersion()).isEqualTo(1);
    Workspace again = first.withCreatedAt(first.createdAt().plusSeconds(1));
    assertThat(cache.of(again).getMetadata().getStartedAt())
        .isNotEqualTo(cache.of(first).getMetadata().getStartedAt());
  }

  @Test
  void forgottenInstancesLeaveTheCache() throws Exception {
    StatusCache cache = new StatusCache(id -> "token", () -> Set.of("i1"));
    for (int i = 0; i < 10_000; i++) {
      cache.of(Workspaces.pending("i" + i));
    }
    assertThat(cache.size()).isLessThan(300);
  }
}
