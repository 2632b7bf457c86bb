// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.subscribe;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.reconcile.WorkspaceTracker.Reading;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What one subscriber has not taken yet: at most one update for each instance and phase, the newest
 * in it, in the order of each instance's versions. So a slow subscriber sees every phase that an
 * instance went through, and costs bounded memory.
 */
public final class Subscription implements AutoCloseable {
  /**
   * How long nothing at all may be taken while updates wait. What waits is bounded by the instances
   * that there are, and yet grows with those that have ended since: who takes a single one in that
   * time is slow and stays, who takes none will not.
   */
  public static final Duration PATIENCE = Duration.ofHours(1);

  private record Key(String id, Phase phase) {}

  private final long number;
  private final String name;
  private final Instant since;
  private final WorkspaceFilter filter;
  private final Runnable readable;
  private final Consumer<Subscription> onClose;
  private final InstantSource clock;
  private final Map<Key, Workspace> pending = new LinkedHashMap<>();

  /** The phase of each instance's last pending update. */
  private final Map<String, Phase> last = new HashMap<>();

  /** Since when the subscriber could have taken one and has not, while one is pending. */
  private Instant waitsSince;

  /** Number of the last change that it began with. */
  private long begun;

  private boolean closed;
  private boolean givenUp;

  private long taken;

  Subscription(
      long number,
      String name,
      InstantSource clock,
      WorkspaceFilter filter,
      Runnable readable,
      Consumer<Subscription> onClose) {
    this.number = number;
    this.name = name;
    this.clock = clock;
    this.since = clock.instant();
    this.waitsSince = since;
    this.filter = filter;
    this.readable = readable;
    this.onClose = onClose;
  }

  /** Which one it is; no two have the same. */
  long number() {
    return number;
  }

  /**
   * Begins with what {@code reading} finds: what is told meanwhile waits, and is left out when it
   * was found too.
   *
   * @param past what is told first of the instances that are found
   */
  void begin(Supplier<Reading> reading, Past past) {
    boolean any;
    synchronized (this) {
      Reading found = reading.get();
      begun = found.number();
      put(found.instances(), past);
      any = !pending.isEmpty();
    }
    if (any) {
      readable.run();
    }
  }

  /** Takes in the past of instances of which nothing was told before. */
  void show(Collection<Workspace> instances, Past past) {
    synchronized (this) {
      if (!closed) {
        put(instances, past);
      }
    }
    readable.run();
  }

  private void put(Collection<Workspace> instances, Past past) {
    instances.stream()
        .map(past::of)
        .flatMap(List::stream)
        .filter(filter::matches)
        .forEach(this::put);
  }

  void offer(WorkspaceChanged change) {
    if (!filter.matches(change.current())) {
      return;
    }
    boolean unread;
    synchronized (this) {
      if (closed || change.number() <= begun) {
        return;
      }
      unread = !pending.isEmpty() && clock.instant().isAfter(waitsSince.plus(PATIENCE));
      if (unread) {
        givenUp = true;
        pending.clear();
        last.clear();
      } else {
        put(change.current());
      }
    }
    if (unread) {
      close();
    }
    readable.run();
  }

  private void put(Workspace current) {
    if (pending.isEmpty()) {
      waitsSince = clock.instant();
    }
    Key key = new Key(current.id(), current.phase());
    if (last.put(key.id(), key.phase()) != key.phase()) {
      pending.remove(key);
    }
    pending.put(key, current);
  }

  /** Takes the next update; empty when none is pending. */
  public synchronized Optional<Workspace> poll() {
    Iterator<Map.Entry<Key, Workspace>> first = pending.entrySet().iterator();
    if (!first.hasNext()) {
      return Optional.empty();
    }
    Map.Entry<Key, Workspace> entry = first.next();
    first.remove();
    taken++;
    waitsSince = clock.instant();
    last.remove(entry.getKey().id(), entry.getKey().phase());
    return Optional.of(entry.getValue());
  }

  /** Whether it has ended since nothing was taken for {@link #PATIENCE}; what waited is gone. */
  public synchronized boolean givenUp() {
    return givenUp;
  }

  /** Who follows, for people. */
  public String name() {
    return name;
  }

  /** Since when. */
  public Instant since() {
    return since;
  }

  /** Which instances are followed. */
  public WorkspaceFilter filter() {
    return filter;
  }

  /** How many updates were taken. */
  public synchronized long taken() {
    return taken;
  }

  /** How many updates are pending. */
  public synchronized int pending() {
    return pending.size();
  }

  synchronized boolean closed() {
    return closed;
  }

  /** Ends it: nothing is added any more, what is pending may still be taken. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    onClose.accept(this);
  }
}
