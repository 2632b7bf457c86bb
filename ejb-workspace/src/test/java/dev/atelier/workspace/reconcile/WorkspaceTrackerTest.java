package dev.atelier.workspace.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.store.WorkspaceStore.StoreChange;
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
  void aSubscriptionThatWasClosedBeforeTheFillStaysClosed() {
    Subscriptions subscriptions = new Subscriptions(tracker, InstantSource.system());
    subscriptions.open("test", WorkspaceFilter.ALL, true, () -> {}).close();
    tracker.fill(List.of(Workspaces.pending("a")));

    assertThat(subscriptions.size()).isZero();
  }
}
