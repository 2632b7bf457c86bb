// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.subscribe;

import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;

/** Everyone who follows instances. */
public final class Subscriptions {
  private final WorkspaceTracker tracker;
  private final InstantSource clock;

  /** In the order in which they were opened, so that what happens does not hang on addresses. */
  private final Set<Subscription> open =
      new ConcurrentSkipListSet<>(Comparator.comparingLong(Subscription::number));

  private final AtomicLong numbers = new AtomicLong();

  /** Nobody follows yet. */
  public Subscriptions(WorkspaceTracker tracker, InstantSource clock) {
    this.tracker = tracker;
    this.clock = clock;
  }

  /**
   * Follows instances until it is closed.
   *
   * @param name of who follows, for people
   * @param fromBeginning first their present state, without a gap to the changes
   * @param readable called whenever an update became pending or it was given up, on the thread that
   *     brought it: it only enqueues, and never throws
   */
  public Subscription open(
      String name, WorkspaceFilter filter, boolean fromBeginning, Runnable readable) {
    return open(name, filter, fromBeginning ? Past.PRESENT : Past.NOTHING, readable);
  }

  /** The same, first told of the past of each instance, without a gap to the changes. */
  public Subscription open(String name, WorkspaceFilter filter, Past past, Runnable readable) {
    Subscription subscription =
        new Subscription(numbers.incrementAndGet(), name, clock, filter, readable, open::remove);
    subscription.begin(
        () -> {
          // First, so that no change comes between what is read and what is told.
          open.add(subscription);
          return tracker.read(rest -> subscription.show(rest, past));
        },
        past);
    return subscription;
  }

  /** Tells every subscriber. */
  public void changed(WorkspaceChanged change) {
    open.forEach(subscription -> subscription.offer(change));
  }

  /** Everyone who follows now, the first one first. */
  public List<Subscription> all() {
    return List.copyOf(open);
  }

  /** How many follow. */
  public int size() {
    return open.size();
  }
}
