package dev.atelier.web.console;

import dev.atelier.workspace.domain.WorkspaceFault;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What one browser is told. It holds the ids that have changed, never what was said of them: a slow
 * browser costs an id an instance at most, and hears the newest of each.
 */
final class EventStream implements WriteListener {
  /** Instances told of in one write. */
  private static final int AT_ONCE = 64;

  /** Says what an instance is like now. */
  @FunctionalInterface
  interface Renderer {
    String event(String id) throws WorkspaceFault;
  }

  private final AsyncContext context;
  private final ServletOutputStream out;
  private final Renderer renderer;
  private final Runnable closed;
  private final Runnable wake;
  private final Set<String> changed = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Deque<String> first = new ArrayDeque<>();
  private boolean flushing;

  /**
   * Tells of nothing yet.
   *
   * @param wake sees to it that {@link #drain} is called soon
   * @param closed called once, when it has ended
   */
  EventStream(
      AsyncContext context,
      ServletOutputStream out,
      Renderer renderer,
      Runnable wake,
      Runnable closed) {
    this.context = context;
    this.out = out;
    this.renderer = renderer;
    this.wake = wake;
    this.closed = closed;
  }

  /** Tells of these before anything else. */
  synchronized void begin(String greeting, Collection<String> ids) {
    first.add(greeting);
    changed.addAll(ids);
  }

  /** Tells of an instance soon; never waits. */
  void changed(String id) {
    changed.add(id);
    wakeUp();
  }

  private void wakeUp() {
    if (!ended.get() && woken.compareAndSet(false, true)) {
      wake.run();
    }
  }

  /** Finds out whether anybody still listens. */
  void beat() {
    synchronized (this) {
      if (first.isEmpty() && changed.isEmpty()) {
        first.add(":\n\n");
      }
    }
    drain();
  }

  /** Writes as much as can be written without waiting. */
  void drain() {
    woken.set(false);
    try {
      write();
    } catch (WorkspaceFault fault) {
      // Not at the moment: what has changed is still in the set.
      wakeUp();
    } catch (IOException | IllegalStateException e) {
      // The browser has gone, which is how every stream ends.
      end();
    }
  }

  private synchronized void write() throws IOException, WorkspaceFault {
    while (!ended.get() && (flushing || !changed.isEmpty() || !first.isEmpty()) && out.isReady()) {
      if (flushing) {
        flushing = false;
        out.flush();
      } else {
        out.write(next().getBytes(StandardCharsets.UTF_8));
        flushing = true;
      }
    }
  }

  private String next() throws WorkspaceFault {
    if (!first.isEmpty()) {
      return first.poll();
    }
    StringBuilder events = new StringBuilder();
    Iterator<String> ids = changed.iterator();
    for (int i = 0; i < AT_ONCE && ids.hasNext(); i++) {
      String id = ids.next();
      // Before it is looked at: a change that comes now must be told of again.
      ids.remove();
      try {
        events.append(renderer.event(id));
      } catch (WorkspaceFault fault) {
        changed.add(id);
        throw fault;
      }
    }
    return events.toString();
  }

  /** Ends it. */
  void end() {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    closed.run();
    try {
      context.complete();
    } catch (IllegalStateException e) {
      // The container was first.
    }
  }

  @Override
  public void onWritePossible() {
    drain();
  }

  @Override
  public void onError(Throwable fault) {
    end();
  }
}
