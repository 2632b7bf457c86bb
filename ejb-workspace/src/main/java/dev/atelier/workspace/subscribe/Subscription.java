package dev.atelier.workspace.subscribe;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceFilter;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What one subscriber has not taken yet: at most one update for each instance and phase, the newest
 * in it, in the order of each instance's versions. So a slow subscriber sees every phase that an
 * instance went through, and costs bounded memory.
 */
public final class Subscription implements AutoCloseable {

  private record Key(String id, Phase phase) {}

  private final long number;
  private final String name;
  private final Instant since;
  private final WorkspaceFilter filter;
  private final Runnable readable;
  private final Consumer<Subscription> onClose;
  private final Map<Key, WorkspaceChanged> pending = new LinkedHashMap<>();

  /** The phase of each instance's last pending update. */
  private final Map<String, Phase> last = new HashMap<>();

  private boolean closed;

  private long taken;

  Subscription(
      long number,
      String name,
      Instant since,
      WorkspaceFilter filter,
      Runnable readable,
      Consumer<Subscription> onClose) {
    this.number = number;
    this.name = name;
    this.since = since;
    this.filter = filter;
    this.readable = readable;
    this.onClose = onClose;
  }

  /** Which one it is; no two have the same. */
  long number() {
    return number;
  }

  void offer(WorkspaceChanged change) {
    if (!filter.matches(change.current())) {
      return;
    }
    synchronized (this) {
      if (closed) {
        return;
      }
      String id = change.current().id();
      Phase phase = change.current().phase();
      if (last.put(id, phase) != phase) {
        pending.remove(new Key(id, phase));
      }
      pending.put(new Key(id, phase), change);
    }
    readable.run();
  }

  /** Takes the next update; empty when none is pending. */
  public synchronized Optional<WorkspaceChanged> poll() {
    Iterator<Map.Entry<Key, WorkspaceChanged>> first = pending.entrySet().iterator();
    if (!first.hasNext()) {
      return Optional.empty();
    }
    Map.Entry<Key, WorkspaceChanged> entry = first.next();
    first.remove();
    taken++;
    last.remove(entry.getKey().id(), entry.getKey().phase());
    return Optional.of(entry.getValue());
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
