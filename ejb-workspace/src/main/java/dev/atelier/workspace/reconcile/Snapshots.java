// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.SnapshotStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Records what becomes of snapshots, and tells those who wait for one. */
public final class Snapshots {
  private final SnapshotStore store;
  private final WorkspaceTracker tracker;
  private final Predicate<String> leftAlone;
  private final Map<String, List<Consumer<Optional<Snapshot>>>> waiting = new HashMap<>();

  private Snapshots(SnapshotStore store, WorkspaceTracker tracker, Predicate<String> leftAlone) {
    this.store = store;
    this.tracker = tracker;
    this.leftAlone = leftAlone;
  }

  /**
   * Records in {@code store}; the instances of {@code tracker} are what snapshots are made of.
   *
   * @param leftAlone whether an instance is there whose record cannot be read here
   */
  public static Snapshots of(
      SnapshotStore store, WorkspaceTracker tracker, Predicate<String> leftAlone) {
    Snapshots snapshots = new Snapshots(store, tracker, leftAlone);
    store.watch(snapshot -> snapshots.tell(snapshot.id(), Optional.of(snapshot)));
    return snapshots;
  }

  /** Records one that was asked for; an end that was recorded before stays. */
  public void begin(Workspace workspace, Capture capture) throws WorkspaceFault {
    store.create(Snapshot.of(workspace, capture.id(), capture.requestedAt()));
  }

  /**
   * Records the end of those that {@code after} no longer waits for: before that is recorded of the
   * instance itself, so that whoever sees the one finds the other.
   */
  public void record(Workspace before, Workspace after, Instant now) throws WorkspaceFault {
    List<Capture> pending = before.status().progress().captures().pending();
    for (Capture capture : pending) {
      Optional<Capture.Outcome> outcome =
          after.status().progress().captures().outcome(capture.id());
      if (capture.kind() == Capture.Kind.SNAPSHOT && outcome.isPresent()) {
        Snapshot begun = Snapshot.of(before, capture.id(), capture.requestedAt());
        store.put(begun.settled(outcome.get().failure(), now));
      }
    }
    String made = after.status().conditions().snapshot();
    Optional<String> id = after.status().progress().snapshotId();
    if (!made.isEmpty() && before.status().conditions().snapshot().isEmpty() && id.isPresent()) {
      store.put(Snapshot.of(after, id.get(), now).settled("", now));
    }
  }

  /** Whether the same is told of the ends of snapshots by both. */
  static boolean sameEnds(Workspace one, Workspace other) {
    return one.status()
            .progress()
            .captures()
            .outcomes()
            .equals(other.status().progress().captures().outcomes())
        && one.status().conditions().snapshot().equals(other.status().conditions().snapshot());
  }

  /**
   * The snapshot once it is no longer under way; empty: it is not known. To be cancelled by whoever
   * waits no longer. Fails with a {@link WorkspaceFault} as its cause.
   */
  public CompletableFuture<Optional<Snapshot>> settled(String id) {
    CompletableFuture<Optional<Snapshot>> answer = new CompletableFuture<>();
    Consumer<Optional<Snapshot>> waiter = answer::complete;
    synchronized (waiting) {
      waiting.computeIfAbsent(id, key -> new ArrayList<>()).add(waiter);
    }
    CompletableFuture<Optional<Snapshot>> unused =
        answer.whenComplete((found, fault) -> waitNoMore(id, waiter));
    try {
      tell(id, store.get(id));
    } catch (WorkspaceFault fault) {
      answer.completeExceptionally(fault);
    }
    return answer;
  }

  private void tell(String id, Optional<Snapshot> found) {
    if (found.map(this::underway).orElse(false)) {
      return;
    }
    List<Consumer<Optional<Snapshot>>> waiters;
    synchronized (waiting) {
      List<Consumer<Optional<Snapshot>>> present = waiting.remove(id);
      waiters = present == null ? List.of() : present;
    }
    waiters.forEach(waiter -> waiter.accept(found));
  }

  private void waitNoMore(String id, Consumer<Optional<Snapshot>> waiter) {
    synchronized (waiting) {
      List<Consumer<Optional<Snapshot>>> waiters = waiting.get(id);
      if (waiters != null && waiters.remove(waiter) && waiters.isEmpty()) {
        waiting.remove(id);
      }
    }
  }

  /**
   * One whose instance does not know of it any more was lost with a crash; of an instance whose
   * record cannot be read here, another manager may make it still.
   */
  private boolean underway(Snapshot snapshot) {
    return snapshot.state() == Snapshot.State.UNDERWAY
        && tracker
            .get(snapshot.instanceId())
            .map(instance -> instance.status().progress().captures().pending(snapshot.id()))
            .orElseGet(() -> leftAlone.test(snapshot.instanceId()));
  }
}
