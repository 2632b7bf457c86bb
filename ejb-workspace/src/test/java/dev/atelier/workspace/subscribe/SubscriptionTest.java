// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.store.WorkspaceStore.StoreChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubscriptionTest {
  private Instant now = Workspaces.CREATED;
  private int woken;
  private final Subscriptions[] all = new Subscriptions[1];
  private final WorkspaceTracker tracker =
      new WorkspaceTracker(change -> all[0].changed(change), Runnable::run);

  SubscriptionTest() {
    all[0] = new Subscriptions(tracker, () -> now);
    tracker.fill(List.of());
  }

  private Subscription open(boolean fromBeginning) {
    return all[0].open("test", WorkspaceFilter.ALL, fromBeginning, () -> woken++);
  }

  private void record(String id, Phase phase, long version) {
    Workspace workspace =
        Workspaces.pending(id)
            .withVersion(version)
            .withStatus(Workspaces.in(phase, WorkspaceType.REGULAR).status());
    tracker.accept(new StoreChange(id, Optional.of(workspace)));
  }

  private void play(String changes) {
    Arrays.stream(changes.split(" "))
        .forEach(
            change -> {
              String phase = change.replaceAll("[a-z].*|\\d", "");
              long version = Long.parseLong(change.replaceAll("\\D", ""));
              record(change.replaceAll("[^a-z]", ""), Phase.valueOf(phase), version);
            });
  }

  private static String drain(Subscription subscription) {
    List<String> heard = new ArrayList<>();
    Optional<Workspace> next = subscription.poll();
    while (next.isPresent()) {
      Workspace current = next.get();
      heard.add(current.phase() + current.id() + current.version());
      next = subscription.poll();
    }
    return String.join(" ", heard);
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource({
    "PENDINGa1 CREATINGa2 RUNNINGa3, PENDINGa1 CREATINGa2 RUNNINGa3",
    "RUNNINGa1 RUNNINGa2 RUNNINGa3, RUNNINGa3",
    "PENDINGa1 RUNNINGa2 RUNNINGa3 STOPPINGa4 STOPPINGa5 STOPPEDa6,"
        + " PENDINGa1 RUNNINGa3 STOPPINGa5 STOPPEDa6",
    "RUNNINGa1 INTERRUPTEDa2 RUNNINGa3, INTERRUPTEDa2 RUNNINGa3",
    "RUNNINGa1 INTERRUPTEDa2 RUNNINGa3 INTERRUPTEDa4 RUNNINGa5, INTERRUPTEDa4 RUNNINGa5",
    "RUNNINGa1 RUNNINGb1 RUNNINGa2 STOPPINGb2, RUNNINGa2 RUNNINGb1 STOPPINGb2",
  })
  void aSlowOneHearsTheNewestOfEveryPhaseInOrder(String changes, String heard) {
    Subscription subscription = open(false);
    play(changes);

    assertThat(drain(subscription)).isEqualTo(heard);
  }

  @Test
  void aQuickOneHearsEverything() {
    Subscription subscription = open(false);
    List<String> heard = new ArrayList<>();
    for (String change :
        List.of("RUNNINGa1", "RUNNINGa2", "INTERRUPTEDa3", "RUNNINGa4", "RUNNINGa5")) {
      play(change);
      heard.add(drain(subscription));
    }

    assertThat(heard)
        .containsExactly("RUNNINGa1", "RUNNINGa2", "INTERRUPTEDa3", "RUNNINGa4", "RUNNINGa5");
  }

  @Test
  void whatItTookInBetweenDoesNotChangeTheOrder() {
    Subscription subscription = open(false);
    play("RUNNINGa1 INTERRUPTEDa2");
    subscription.poll();
    play("RUNNINGa3 INTERRUPTEDa4");

    assertThat(drain(subscription)).isEqualTo("RUNNINGa3 INTERRUPTEDa4");
  }

  @Test
  void itHoldsNoMoreThanInstancesTimesPhases() {
    Subscription subscription = open(false);
    for (int i = 0; i < 10_000; i++) {
      record("a", i % 2 == 0 ? Phase.RUNNING : Phase.INTERRUPTED, i + 1);
    }

    assertThat(subscription.pending()).isEqualTo(2);
    assertThat(drain(subscription)).isEqualTo("RUNNINGa9999 INTERRUPTEDa10000");
  }

  @Test
  void fromTheBeginningThePresentStateComesFirst() {
    play("RUNNINGa4");
    Subscription beginning = open(true);
    Subscription changes = open(false);
    play("STOPPINGa5");

    assertThat(drain(beginning)).isEqualTo("RUNNINGa4 STOPPINGa5");
    assertThat(drain(changes)).isEqualTo("STOPPINGa5");
  }

  @Test
  void onlyWhatMatchesIsTold() {
    Subscription subscription =
        all[0].open("test", new WorkspaceFilter("", "meta-a", Map.of()), true, () -> woken++);
    play("RUNNINGa1 RUNNINGb1");

    assertThat(drain(subscription)).isEqualTo("RUNNINGa1");
    assertThat(woken).isEqualTo(1);
  }

  @Test
  void onceClosedNothingIsAdded() {
    Subscription subscription = open(false);
    play("RUNNINGa1");
    subscription.close();
    play("STOPPINGa2");

    assertThat(drain(subscription)).isEqualTo("RUNNINGa1");
    assertThat(all[0].size()).isZero();
  }

  @Test
  void oneWhoTakesNothingAtAllIsGivenUpInTheEndAndHoldsNothing() {
    Subscription subscription = open(false);
    play("RUNNINGa1");
    now = now.plus(Subscription.PATIENCE);
    play("STOPPINGa2");
    assertThat(subscription.givenUp()).isFalse();
    now = now.plusMillis(1);
    int before = woken;
    play("STOPPEDa3");

    assertThat(subscription.givenUp()).isTrue();
    assertThat(subscription.pending()).isZero();
    assertThat(woken).isGreaterThan(before);
    assertThat(all[0].size()).isZero();
  }

  @Test
  void oneWhoTakesASingleUpdateNowAndThenIsNeverGivenUp() {
    Subscription subscription = open(false);
    for (int i = 0; i < 100; i++) {
      record("i" + i, Phase.RUNNING, 1);
      record("i" + i, Phase.STOPPED, 2);
      now = now.plus(Subscription.PATIENCE);
      subscription.poll();
    }

    assertThat(subscription.givenUp()).isFalse();
    assertThat(subscription.pending()).isEqualTo(100);
  }

  @Test
  void oneWhoHasTakenEverythingMayRestForAsLongAsNothingHappens() {
    Subscription subscription = open(false);
    play("RUNNINGa1");
    subscription.poll();
    now = now.plus(Subscription.PATIENCE.multipliedBy(100));
    play("STOPPINGa2 STOPPEDa3");

    assertThat(drain(subscription)).isEqualTo("STOPPINGa2 STOPPEDa3");
  }
}
