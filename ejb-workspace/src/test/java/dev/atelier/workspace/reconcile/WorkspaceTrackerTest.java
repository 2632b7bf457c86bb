// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WorkspaceTrackerTest {
  private final List<WorkspaceChanged> told = new ArrayList<>();
  private final WorkspaceTracker tracker = new WorkspaceTracker(told::add, Runnable::run);

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
            },
            Runnable::run);
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

    assertThat(early.poll()).map(Workspace::id).contains("a");
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

      assertThat(early.poll()).map(Workspace::version).contains(8L);
      assertThat(early.poll()).map(Workspace::version).contains(9L);
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

  @Test
  void anObserverWhoNeverComesBackKeepsNobodyFromChangingReadingAndWaiting() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    CountDownLatch observing = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    WorkspaceTracker observed = new WorkspaceTracker(change -> block(observing, never), threads);
    try {
      observed.accept(change(Workspaces.pending("a")));
      observing.await();
      CompletableFuture<Long> second =
          observed.await("a", now -> Optional.of(now.version()).filter(version -> version == 2));
      observed.accept(change(Workspaces.pending("a").withVersion(2)));
      observed.accept(change(Workspaces.pending("b")));

      assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(2);
      assertThat(observed.get("b")).isPresent();
      assertThat(observed.read(rest -> {}).instances()).hasSize(2);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void oneWhoWaitedAndNeverComesBackKeepsNobodyFromChangingReadingAndWaiting() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    CountDownLatch answered = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    BlockingQueue<Long> versions = new LinkedBlockingQueue<>();
    WorkspaceTracker observed =
        new WorkspaceTracker(change -> versions.add(change.current().version()), threads);
    observed.accept(change(Workspaces.pending("a")));
    try {
      CompletableFuture<Void> stuck =
          observed
              .await("a", now -> Optional.of(now).filter(it -> it.version() == 2))
              .thenAccept(now -> block(answered, never));
      observed.accept(change(Workspaces.pending("a").withVersion(2)));
      answered.await();
      observed.accept(change(Workspaces.pending("a").withVersion(3)));
      CompletableFuture<Long> other = observed.await("a", now -> Optional.of(now.version()));

      assertThat(other).isCompletedWithValue(3L);
      // The second may be left out: of a phase the newest is told.
      await().untilAsserted(() -> assertThat(versions).startsWith(1L).endsWith(3L));
      assertThat(stuck).isNotDone();
    } finally {
      threads.shutdownNow();
    }
  }

  private static void block(CountDownLatch begun, CountDownLatch never) {
    begun.countDown();
    try {
      never.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whatWaitsForSlowObserversIsOneChangeForEachPhaseAndLeavesNothingOut() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    WorkspaceTracker slow = new WorkspaceTracker(told::add, tasks::add);
    Workspace pending = Workspaces.pending("a");
    slow.accept(change(pending));
    Phase[] phases = {Phase.PENDING, Phase.RUNNING, Phase.INTERRUPTED};
    for (int i = 2; i <= 3_000; i++) {
      slow.accept(
          change(
              pending
                  .withVersion(i)
                  .withStatus(Workspaces.in(phases[i % 3], WorkspaceType.REGULAR).status())));
    }
    assertThat(tasks).hasSize(1);
    tasks.remove().run();

    assertThat(told)
        .extracting(change -> change.current().version())
        .containsExactly(1L, 2_998L, 2_999L, 3_000L);
    assertThat(told.get(0).previous()).isEmpty();
    for (int i = 1; i < told.size(); i++) {
      assertThat(told.get(i).previous()).contains(told.get(i - 1).current());
    }
    slow.accept(change(pending.withVersion(3_001)));
    assertThat(tasks).hasSize(1);
  }

  @Test
  void whoSubscribesWhileObserversLagHearsOfWhatComesAfterwardsAlone() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    Subscriptions[] all = new Subscriptions[1];
    WorkspaceTracker slow = new WorkspaceTracker(change -> all[0].changed(change), tasks::add);
    all[0] = new Subscriptions(slow, InstantSource.system());
    slow.fill(List.of());
    Workspace first = Workspaces.pending("a");
    slow.accept(change(first));
    slow.accept(
        change(
            first
                .withVersion(2)
                .withStatus(Workspaces.in(Phase.RUNNING, WorkspaceType.REGULAR).status())));
    Subscription changesOnly = all[0].open("test", WorkspaceFilter.ALL, false, () -> {});
    Subscription beginning = all[0].open("test", WorkspaceFilter.ALL, true, () -> {});
    slow.accept(
        change(
            first
                .withVersion(3)
                .withStatus(Workspaces.in(Phase.STOPPING, WorkspaceType.REGULAR).status())));
    tasks.remove().run();

    assertThat(versions(changesOnly)).containsExactly(3L);
    assertThat(versions(beginning)).containsExactly(2L, 3L);
  }

  private static List<Long> versions(Subscription subscription) {
    return Stream.generate(subscription::poll)
        .takeWhile(Optional::isPresent)
        .map(update -> update.get().version())
        .toList();
  }

  @Test
  void whatFillsItIsTakenInBeforeItsChanges() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    Subscriptions[] all = new Subscriptions[1];
    WorkspaceTracker slow = new WorkspaceTracker(change -> all[0].changed(change), tasks::add);
    all[0] = new Subscriptions(slow, InstantSource.system());
    Subscription early = all[0].open("test", WorkspaceFilter.ALL, true, () -> {});
    slow.accept(change(Workspaces.pending("b")));
    Workspace stored = Workspaces.pending("a");
    slow.fill(List.of(stored));
    slow.accept(
        change(
            stored
                .withVersion(2)
                .withStatus(Workspaces.in(Phase.RUNNING, WorkspaceType.REGULAR).status())));
    tasks.remove().run();

    assertThat(early.pending()).isEqualTo(3);
    assertThat(versions(early)).containsExactlyInAnyOrder(1L, 1L, 2L).endsWith(2L);
  }

  @Test
  void inManyThreadsNoSubscriberMissesOrHearsTwice() throws Exception {
    ExecutorService tellers = Executors.newFixedThreadPool(2);
    Subscriptions[] all = new Subscriptions[1];
    WorkspaceTracker busy = new WorkspaceTracker(change -> all[0].changed(change), tellers);
    all[0] = new Subscriptions(busy, InstantSource.system());
    busy.fill(List.of());
    int most = 2_000;
    Thread changes =
        new Thread(
            () -> {
              for (int version = 1; version <= most; version++) {
                busy.accept(change(Workspaces.pending("a").withVersion(version)));
              }
            });
    changes.start();
    List<Subscription> subscriptions = new ArrayList<>();
    while (changes.isAlive()) {
      subscriptions.add(all[0].open("test", WorkspaceFilter.ALL, true, () -> {}));
    }
    changes.join();
    tellers.shutdown();
    assertThat(tellers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();

    assertThat(subscriptions)
        .isNotEmpty()
        .allSatisfy(one -> assertThat(versions(one)).last().isEqualTo((long) most));
  }
}
