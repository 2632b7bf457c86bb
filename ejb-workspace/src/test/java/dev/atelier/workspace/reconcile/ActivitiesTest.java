// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.reconcile.Activities.Next;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ActivitiesTest {
  private final Activities activities = new Activities();

  private static Instant at(long seconds) {
    return Workspaces.CREATED.plusSeconds(seconds);
  }

  @Test
  void theFirstIsWrittenTheOthersRestUntilTheWindowEnds() {
    assertThat(activities.note("a", at(0), Optional.empty())).isEqualTo(Next.WRITE);
    assertThat(activities.end("a")).isEmpty();
    assertThat(activities.note("a", at(1), Optional.empty())).isEqualTo(Next.ARM);
    assertThat(activities.note("a", at(2), Optional.empty())).isEqualTo(Next.REST);
    assertThat(activities.resting("a")).contains(at(2));
    assertThat(activities.end("a")).contains(at(5));
    assertThat(activities.note("a", at(5), Optional.empty())).isEqualTo(Next.WRITE);
  }

  @Test
  void instancesHaveWindowsOfTheirOwn() {
    activities.note("a", at(0), Optional.empty());

    assertThat(activities.note("b", at(1), Optional.empty())).isEqualTo(Next.WRITE);
  }

  @Test
  void whatIsWrittenRestsNoMore() {
    activities.note("a", at(0), Optional.empty());
    activities.note("a", at(2), Optional.empty());
    activities.written("a", at(1));
    assertThat(activities.resting("a")).contains(at(2));
    activities.written("a", at(2));
    assertThat(activities.resting("a")).isEmpty();
    assertThat(activities.note("a", at(3), Optional.empty())).isEqualTo(Next.ARM);
  }

  @Test
  void aFailedWriteLosesNothingThatRested() {
    activities.note("a", at(0), Optional.empty());
    activities.note("a", at(4), Optional.empty());
    assertThat(activities.note("a", at(5), Optional.empty())).isEqualTo(Next.WRITE);
    activities.failed("a", at(5));

    assertThat(activities.resting("a")).contains(at(4));
    assertThat(activities.end("a")).contains(at(5));
    assertThat(activities.note("a", at(6), Optional.empty())).isEqualTo(Next.WRITE);
  }

  @Test
  void afterAFailedFirstWriteTheNextIsWrittenAtOnce() {
    activities.note("a", at(0), Optional.empty());
    activities.failed("a", at(0));

    assertThat(activities.resting("a")).isEmpty();
    assertThat(activities.note("a", at(1), Optional.empty())).isEqualTo(Next.WRITE);
  }

  @Test
  void clearForgets() {
    activities.note("a", at(0), Optional.empty());
    activities.note("a", at(1), Optional.empty());
    activities.clear("a");

    assertThat(activities.resting("a")).isEmpty();
    assertThat(activities.end("a")).isEmpty();
  }

  @Test
  void activityThatAnotherManagerHasWrittenOpensTheWindow() {
    assertThat(activities.note("a", at(2), Optional.of(at(0)))).isEqualTo(Next.ARM);
    assertThat(activities.end("a")).contains(at(5));
    assertThat(activities.note("a", at(3), Optional.of(at(0)))).isEqualTo(Next.REST);
    assertThat(activities.resting("a")).contains(at(3));
    assertThat(activities.note("b", at(5), Optional.of(at(0)))).isEqualTo(Next.WRITE);
  }
}
