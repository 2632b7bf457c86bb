// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.Session;
import dev.atelier.workspace.store.StoreFailure;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Writes down what it is told, in one thread, in batches, beside the path of whoever tells. What is
 * waiting is bounded; what does not fit any more is counted, and as far as it can be seen from the
 * instances themselves it is made up for later. {@link #close} writes everything that waits.
 */
public final class Ledger implements AutoCloseable {
  /** What a column takes, in characters. */
  private static final int LONGEST = 255;

  private static final Logger LOG = System.getLogger(Ledger.class.getName());

  /** Facts that wait: some minutes of a database that is away, and some MB. */
  static final int MOST_WAITING = 20_000;

  private static final int BATCH = 500;
  private static final Duration GATHERING = Duration.ofMillis(100);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration BETWEEN_COMPLAINTS = Duration.ofMinutes(1);

  /** For what still waits at the end; nearly all of it is usually written in less than one. */
  private static final Duration LAST_CHANCE = Duration.ofSeconds(8);

  /** Something to write down. */
  @FunctionalInterface
  interface Fact {
    /** Writes it; what is there already is left or brought up to date. */
    void write(Session session) throws StoreFailure;
  }

  private final BlockingQueue<Fact> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final LedgerDatabase database;
  private final Thread writer;
  private final AtomicLong lost = new AtomicLong();
  private volatile Supplier<Collection<Fact>> makingUp = List::of;

  /** True at first, so that the database is opened at once. */
  private volatile boolean incomplete = true;

  /** In the writer's time; long ago at first. */
  private long complainedAt = System.nanoTime() - BETWEEN_COMPLAINTS.toNanos();

  private volatile boolean ending;
  private volatile long endsAt;

  /**
   * Begins to write.
   *
   * @param threads makes the one thread
   */
  public Ledger(LedgerDatabase database, ThreadFactory threads) {
    this.database = database;
    this.writer = threads.newThread(this::run);
    writer.start();
  }

  /** Has it written down soon; never waits and never throws. */
  void tell(Fact fact) {
    if (ending || !waiting.offer(fact)) {
      incomplete = true;
      if (lost.getAndIncrement() == 0) {
        LOG.log(
            Level.WARNING,
            "the ledger is full, since its database takes nothing or too little: acts are in the"
                + " log alone from now on; what instances show of themselves is made up for later");
      }
    }
  }

  /**
   * Who knows what can be made up for: asked when facts were lost, and by {@link #makeUp}.
   *
   * @param facts all that can be seen from instances
   */
  void makeUpBy(Supplier<Collection<Fact>> facts) {
    makingUp = facts;
  }

  /** Has everything written that can be seen from instances, once. */
  void makeUp() {
    incomplete = true;
  }

  /** Has everything removed that is older at that time than it is kept. */
  void forget(Instant now) {
    LedgerSettings settings = database.settings();
    OffsetDateTime old = now.minus(settings.retention()).atOffset(ZoneOffset.UTC);
    OffsetDateTime oldUsage = now.minus(settings.usageRetention()).atOffset(ZoneOffset.UTC);
    tell(session -> session.execute("delete from AuditRecord a where a.at < ?1", old));
    tell(session -> session.execute("delete from TimelineRecord t where t.at < ?1", old));
    tell(session -> session.execute("delete from UsageRecord u where u.endedAt < ?1", oldUsage));
  }

  /** How many facts could not be kept for as long as it took. */
  public long lost() {
    return lost.get();
  }

  /** How many facts wait to be written. */
  public int waiting() {
    return waiting.size();
  }

  LedgerDatabase database() {
    return database;
  }

  private void run() {
    List<Fact> batch = new ArrayList<>();
    Duration pause = FIRST_PAUSE;
    boolean failed = false;
    while (true) {
      try {
        if (batch.isEmpty()) {
          gather(batch);
        }
        if (batch.isEmpty() && ending) {
          return;
        }
        database.write(batch);
        batch.clear();
        pause = FIRST_PAUSE;
        failed = false;
      } catch (StoreFailure | WorkspaceFault | RuntimeException e) {
        if (ending && System.nanoTime() - endsAt > 0) {
          LOG.log(Level.WARNING, "the ledger ends without {0} facts", batch.size() + waiting());
          return;
        }
        complain(e, failed);
        failed = true;
        if (database.takes()) {
          oneByOne(batch);
          continue;
        }
        rest(pause);
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
      }
    }
  }

  /**
   * Once a minute at most, and neither of what the next try mends nor of an outage that was told
   * already.
   */
  private void complain(Exception fault, boolean repeatedly) {
    boolean told = fault instanceof StoreFailure failure && failure.outage().isPresent();
    long now = System.nanoTime();
    boolean again = now - complainedAt >= BETWEEN_COMPLAINTS.toNanos();
    if (told || !repeatedly || !again) {
      LOG.log(Level.DEBUG, "the ledger could not be written; it is tried again", fault);
      return;
    }
    complainedAt = now;
    LOG.log(
        Level.WARNING,
        "the ledger could not be written, and is tried again: {0}",
        innermost(fault).toString());
  }

  /** As much of a text as a column takes: what others write has other bounds. */
  static String cut(String text) {
    return text.substring(0, Math.min(LONGEST, text.length()));
  }

  /** A failure of the database says by itself only that it is one. */
  private static Throwable innermost(Throwable fault) {
    Throwable at = fault;
    while (at.getCause() != null && at.getCause() != at) {
      at = at.getCause();
    }
    return at;
  }

  /** What cannot be written although the database is well must not hold up the rest. */
  private void oneByOne(List<Fact> batch) {
    while (!batch.isEmpty()) {
      try {
        database.write(List.of(batch.get(0)));
      } catch (StoreFailure | WorkspaceFault | RuntimeException e) {
        if (!database.takes()) {
          return;
        }
        lost.incrementAndGet();
        LOG.log(Level.WARNING, "a fact cannot be written to the ledger", e);
      }
      batch.remove(0);
    }
  }

  private void gather(List<Fact> batch) {
    try {
      if (incomplete && waiting.isEmpty()) {
        incomplete = false;
        batch.addAll(makingUp.get());
        return;
      }
      Fact first = ending ? waiting.poll() : waiting.poll(1, TimeUnit.SECONDS);
      if (first != null) {
        batch.add(first);
        if (!ending) {
          Thread.sleep(GATHERING.toMillis());
        }
        waiting.drainTo(batch, BATCH - 1);
      }
    } catch (InterruptedException e) {
      // The end is near, and comes by close(): until then there may be more to write.
      LOG.log(Level.DEBUG, "interrupted while waiting");
    }
  }

  private void rest(Duration pause) {
    try {
      Thread.sleep(ending ? FIRST_PAUSE.toMillis() : pause.toMillis());
    } catch (InterruptedException e) {
      // As above.
      LOG.log(Level.DEBUG, "interrupted while resting");
    }
  }

  /** Writes what waits, for a few seconds at most, and lets go of the database. */
  @Override
  public void close() {
    endsAt = System.nanoTime() + LAST_CHANCE.toNanos();
    ending = true;
    try {
      writer.join(LAST_CHANCE.toMillis() + 1_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    database.close();
  }
}
