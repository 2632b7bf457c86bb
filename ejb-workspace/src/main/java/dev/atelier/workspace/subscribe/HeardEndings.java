// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.subscribe;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.HeardBy;
import dev.atelier.workspace.store.HeardStore;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Which callers have heard how instances ended, so that each is told once. What is noted counts
 * from then on and is written soon, by one thread, many together, beside the path of whoever notes.
 * What waits is bounded: a few callers for each known instance. {@link #close} writes what waits.
 */
public final class HeardEndings implements AutoCloseable {
  private static final Logger LOG = System.getLogger(HeardEndings.class.getName());

  /** How long a note waits for others; what a crash may lose of them. */
  private static final Duration GATHERING = Duration.ofMillis(300);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** For what still waits at the end. */
  private static final Duration LAST_CHANCE = Duration.ofSeconds(3);

  /** Instances in one write. */
  private static final int BATCH = 500;

  private final HeardStore store;
  private final Thread writer;

  /** By the instance, the one that waits longest first. */
  private final Map<String, HeardBy> waiting = new LinkedHashMap<>();

  private boolean ending;

  /**
   * Nobody has heard anything but what the store knows.
   *
   * @param threads makes the one thread that writes
   */
  public HeardEndings(HeardStore store, ThreadFactory threads) {
    this.store = store;
    this.writer = threads.newThread(this::run);
    writer.start();
  }

  /**
   * What a subscriber of that caller is told of the past: the ends of which it has not heard.
   *
   * @throws WorkspaceFault UNAVAILABLE: what it has heard cannot be read at the moment
   */
  public Past unheardBy(Hearer caller) throws WorkspaceFault {
    String key = caller.key();
    // First: what is written in between is in the store.
    Map<String, Long> noted = noted(key);
    Map<String, Long> heard = new HashMap<>(store.heardBy(key));
    noted.forEach((id, version) -> heard.merge(id, version, Math::max));
    return new UnheardEndings(heard);
  }

  private synchronized Map<String, Long> noted(String key) {
    Map<String, Long> noted = new HashMap<>();
    waiting.forEach(
        (id, heardBy) -> {
          if (heardBy.version(key) > 0) {
            noted.put(id, heardBy.version(key));
          }
        });
    return noted;
  }

  /** Whether it is noted of this state that somebody has heard it. */
  public boolean counts(Workspace state) {
    return UnheardEndings.isEnding(state);
  }

  /** Notes that a caller has a state that {@linkplain #counts counts}; never waits. */
  public synchronized void heard(Hearer caller, Workspace state) {
    waiting.merge(
        state.id(),
        HeardBy.NOBODY.with(caller.key(), state.version()),
        (before, more) -> before.with(more));
    notifyAll();
  }

  /** The instance is not known any more: another one may have its id. */
  public synchronized void forget(String id) {
    waiting.remove(id);
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    while (gather()) {
      try {
        write();
        pause = FIRST_PAUSE;
      } catch (WorkspaceFault | RuntimeException e) {
        LOG.log(
            pause.equals(FIRST_PAUSE) ? Level.WARNING : Level.DEBUG,
            () -> "who has heard of ended instances is not noted, to be tried again: " + e);
        if (!rest(pause)) {
          LOG.log(Level.WARNING, "callers may hear again how {0} instances ended", waiting());
          return;
        }
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
      }
    }
  }

  /** Returns once something waits and has waited a moment; false: nothing does, at the end. */
  private synchronized boolean gather() {
    while (waiting.isEmpty() && !ending) {
      pause(LONGEST_PAUSE);
    }
    long until = System.nanoTime() + GATHERING.toNanos();
    while (!ending && until - System.nanoTime() > 0) {
      pause(Duration.ofNanos(Math.max(until - System.nanoTime(), 1_000_000)));
    }
    return !waiting.isEmpty();
  }

  /** Writes what waits longest; when it throws, that waits on. */
  void write() throws WorkspaceFault {
    Map<String, HeardBy> batch = batch();
    if (!batch.isEmpty()) {
      store.note(batch);
      written(batch);
    }
  }

  /** For how many instances something waits. */
  synchronized int waiting() {
    return waiting.size();
  }

  private synchronized Map<String, HeardBy> batch() {
    Map<String, HeardBy> batch = new HashMap<>();
    Iterator<Map.Entry<String, HeardBy>> oldest = waiting.entrySet().iterator();
    while (oldest.hasNext() && batch.size() < BATCH) {
      Map.Entry<String, HeardBy> next = oldest.next();
      batch.put(next.getKey(), next.getValue());
    }
    return batch;
  }

  private synchronized void written(Map<String, HeardBy> batch) {
    batch.forEach((id, heardBy) -> waiting.remove(id, heardBy));
  }

  /** Waits after a fault; false: it is to be given up. */
  private synchronized boolean rest(Duration pause) {
    long until = System.nanoTime() + pause.toNanos();
    while (!ending && until - System.nanoTime() > 0) {
      pause(Duration.ofNanos(Math.max(until - System.nanoTime(), 1_000_000)));
    }
    return !ending;
  }

  private void pause(Duration longest) {
    try {
      TimeUnit.NANOSECONDS.timedWait(this, longest.toNanos());
    } catch (InterruptedException e) {
      // The end comes by close(): until then there may be more to note.
      LOG.log(Level.DEBUG, "interrupted while waiting");
    }
  }

  /** Writes what waits, for a few seconds at most; what is noted afterwards is not written. */
  @Override
  public void close() {
    synchronized (this) {
      ending = true;
      notifyAll();
    }
    try {
      writer.join(LAST_CHANCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
