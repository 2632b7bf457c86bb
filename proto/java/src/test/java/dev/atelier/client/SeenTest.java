// SPDX-License-Identifier: Apache-2.0
package dev.atelier.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.proto.wsman.WorkspacePhase;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeenTest {
  private final Seen seen = new Seen();

  @Test
  void sameAndOlderVersionsAreNoNews() {
    assertThat(seen.admit(Statuses.of("a", 5, WorkspacePhase.RUNNING))).isTrue();
    assertThat(seen.admit(Statuses.of("a", 5, WorkspacePhase.RUNNING))).isFalse();
    assertThat(seen.admit(Statuses.of("a", 4, WorkspacePhase.CREATING))).isFalse();
    assertThat(seen.admit(Statuses.of("b", 4, WorkspacePhase.CREATING))).isTrue();
  }

  @Test
  void stoppedIsToldOnce() {
    assertThat(seen.admit(Statuses.of("a", 5, WorkspacePhase.STOPPED))).isTrue();
    assertThat(seen.admit(Statuses.of("a", 5, WorkspacePhase.STOPPED))).isFalse();
  }

  @Test
  void laterInstanceOfAnIdBeginsAnew() {
    seen.admit(Statuses.of("a", 1_000, 50, WorkspacePhase.STOPPED));

    assertThat(seen.admit(Statuses.of("a", 2_000, 1, WorkspacePhase.PENDING))).isTrue();
    assertThat(seen.admit(Statuses.of("a", 1_000, 51, WorkspacePhase.STOPPED))).isFalse();
  }

  @Test
  void unlistedIsMissingUnlessItHasStopped() {
    seen.admit(Statuses.of("runs", 1, WorkspacePhase.RUNNING));
    seen.admit(Statuses.of("gone", 1, WorkspacePhase.RUNNING));
    seen.admit(Statuses.of("stopped", 1, WorkspacePhase.STOPPED));

    assertThat(seen.missing(Set.of("runs")))
        .containsExactly(Statuses.of("gone", 1, WorkspacePhase.RUNNING));
  }

  @Test
  void onlyTheLastOfThoseThatStoppedAreRemembered() {
    for (int i = 0; i <= Seen.STOPPED_KEPT; i++) {
      seen.admit(Statuses.of("w" + i, 1, WorkspacePhase.STOPPED));
    }

    assertThat(seen.admit(Statuses.of("w1", 1, WorkspacePhase.STOPPED))).isFalse();
    assertThat(seen.admit(Statuses.of("w0", 1, WorkspacePhase.STOPPED))).isTrue();
  }
}
