package dev.atelier.workspace.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.Passed;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.store.MemoryHeardStore;
import dev.atelier.workspace.store.WorkspaceStore.StoreChange;
import dev.atelier.workspace.subscribe.HeardEndings;
import dev.atelier.workspace.subscribe.Hearer;
import dev.atelier.workspace.subscribe.Subscription;
import dev.atelier.workspace.subscribe.Subscriptions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkspaceTrackerTest {
  private final List<WorkspaceChanged> told = new ArrayList<>();
  private final WorkspaceTracker tracker = new WorkspaceTracker(told::add);

  private static StoreChange change(Workspace workspace) {
    return new StoreChange(workspace.id(), Optional.of(workspace));
  }

  @Test
  void tellsOfVisibleChangesOnly() {
    Workspace first = Workspaces.pending("a");
    tracker.accept(change(first));
    tracker.accept(change(Workspaces.active(first, Workspaces.CREATED)));
    tracker.accept(change(first.withVersion(2)));

    assertThat(told).extracting(change -> change.current().version()).containsExactly(1L, 2L);
    assertThat(told.get(1).previous()).contains(Workspaces.active(first, Workspaces.CREATED));
  }

  @Test
  void anObserverThatFailsKeepsNobodyFromActing() {
    WorkspaceTracker observed =
        new WorkspaceTracker(
            change -> {
              throw new IllegalStateException("this observer fails, as the test wants it to");
            });
    observed.accept(change(Workspaces.pending("a")));
    assertThat(observed.get("a")).isPresent();
  }

  @Test
  void anOlderStateChangesNothing() {
    tracker.accept(change(Workspaces.pending("a").withVersion(3)));
    tracker.accept(change(Workspaces.pending("a").withVersion(2)));

    assertThat(tracker.get("a")).map(Workspace::version).contains(3L);
    assertThat(told).hasSize(1);
  }

  /** One that has stopped in version 9, and had its snapshot in version 8. */
  private static Workspace prebuilt() {
    Conditions saved = Conditions.NONE.withSnapshot("url");
    Workspace stopped = Workspaces.in(Phase.STOPPED, WorkspaceType.PREBUILD).withVersion(9);
    return stopped.withStatus(
        stopped
            .status()
            .with(
                s ->
                    s.conditions(saved)
                        .progress(
                            stopped
                                .status()
                                .progress()
                                .withPassed(
                                    List.of(new Passed(Phase.STOPPING, 8, "saved", saved))))));
  }

  @Test
  void whatItHasPassedIsToldBeforeAStateWhereThatWasNotSeen() {
    Workspace stopped = prebuilt();
    Workspace before = Workspaces.in(Phase.STOPPING, WorkspaceType.PREBUILD).withVersion(6);
    tracker.accept(change(before));
    tracker.accept(change(stopped));

    assertThat(told)
        .extracting(change -> change.current().phase() + " " + change.current().version())
        .containsExactly("STOPPING 6", "STOPPING 8", "STOPPED 9");
    assertThat(told.get(2).previous()).contains(told.get(1).current());
    assertThat(told.get(1).previous()).contains(before);
    assertThat(tracker.get("i")).contains(stopped);
  }

  @Test
  void whatItHasPassedIsNotToldTwice() {
    tracker.accept(change(prebuilt().passed().get(0)));
    tracker.accept(change(prebuilt()));

    assertThat(told).extracting(change -> change.current().version()).containsExactly(8L, 9L);
  }

  @Test
  void fillTellsNobodyOfWhatWasThereBefore() {
    tracker.fill(List.of(Workspaces.pending("a")));

    assertThat(tracker.filled()).isTrue();
    assertThat(tracker.all()).hasSize(1);
    assertThat(told).isEmpty();
  }

  @Test
  void fillDoesNotBringBackWhatWasForgottenMeanwhile() {
    tracker.accept(new StoreChange("a", Optional.empty()));
    tracker.fill(List.of(Workspaces.pending("a")));

    assertThat(tracker.all()).isEmpty();
  }

  @Test
  void aSubscriptionFromTheBeginningBeforeTheFillHasNoGap() {
    Subscriptions subscriptions = new Subscriptions(tracker, InstantSource.system());
    Subscription early = subscriptions.open("test", WorkspaceFilter.ALL, true, () -> {});
    Subscription changesOnly = subscriptions.open("test", WorkspaceFilter.ALL, false, () -> {});
    tracker.fill(List.of(Workspaces.pending("a")));

    assertThat(early.poll()).map(change -> change.current().id()).contains("a");
    assertThat(changesOnly.pending()).isZero();
    assertThat(subscriptions.size()).isEqualTo(2);
  }

  @Test
  void whoIsToldOfEndsBeforeTheFillIsToldOfThoseThatItBrings() throws WorkspaceFault {
    Subscriptions subscriptions = new Subscriptions(tracker, InstantSource.system());
    try (HeardEndings heard = new HeardEndings(new MemoryHeardStore(), Thread::new)) {
      Subscription early =
          subscriptions.open(
              "test", WorkspaceFilter.ALL, heard.unheardBy(new Hearer("bridge", "")), () -> {});
      assertThat(early.pending()).isZero();
      tracker.fill(List.of(prebuilt(), Workspaces.pending("a")));

      assertThat(early.poll()).map(change -> change.current().version()).contains(8L);
      assertThat(early.poll()).map(change -> change.current().version()).contains(9L);
      assertThat(early.pending()).isZero();
    }
  }

  @Test
  void aSubscriptionThatWasClosedBeforeTheFillStaysClosed() {
    Subscriptions subscriptions = new Subscriptions(tracker, InstantSource.system());
    subscriptions.open("test", WorkspaceFilter.ALL, true, () -> {}).close();
    tracker.fill(List.of(Workspaces.pending("a")));

    assertThat(subscriptions.size()).isZero();
  }
}
