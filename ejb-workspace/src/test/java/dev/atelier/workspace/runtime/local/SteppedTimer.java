// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A timer without a thread, whose time is a test's. */
final class SteppedTimer extends ScheduledThreadPoolExecutor {
  private record Entry(Instant at, long number, Runnable task) {}

  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(Comparator.comparing(Entry::at).thenComparing(Entry::number));
  private final InstantSource clock;
  private long number;

  SteppedTimer(InstantSource clock) {
    super(1, SteppedTimer::idle);
    this.clock = clock;
  }

  /** A thread that does nothing. */
  static Thread idle(Runnable unused) {
    return new Idle();
  }

  @Override
  public synchronized ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    long nanos = Math.max(0, unit.toNanos(delay));
    number++;
    entries.add(new Entry(clock.instant().plusNanos(nanos), number, task));
    return null;
  }

  /** When the first is due that is so by then. */
  synchronized Optional<Instant> due(Instant until) {
    return Optional.ofNullable(entries.peek()).map(Entry::at).filter(at -> !at.isAfter(until));
  }

  /** Runs the first. */
  void runDue() {
    Entry next;
    synchronized (this) {
      next = entries.poll();
    }
    next.task().run();
  }

  private static final class Idle extends Thread {
    Idle() {
      super("idle");
    }

    @Override
    public synchronized void start() {
      // The test steps.
    }
  }
}
