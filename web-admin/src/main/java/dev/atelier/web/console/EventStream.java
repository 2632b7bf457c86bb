// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.web.ClientWrite;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * Tells one browser which instances have changed; how, it asks for itself. However slow it is, it
 * costs one pending word; one that takes not even that for {@link ClientWrite#PATIENCE} is let go.
 */
final class EventStream implements WriteListener {
  private static final byte[] GREETING = bytes("retry: 2000\nevent: begin\ndata:\n\n");
  private static final byte[] BEAT = bytes(":\n\n");

  /** Instances that are named; of more it is said only that any may have changed. */
  static final int MOST_NAMED = 256;

  private final ServletOutputStream out;
  private final Runnable complete;
  private final Runnable closed;
  private final Runnable wake;
  private final AtomicReference<Set<String>> changed = new AtomicReference<>(Set.of());
  private final AtomicBoolean woken = new AtomicBoolean();
  private final AtomicBoolean ended = new AtomicBoolean();
  private byte[] next = GREETING;
  private boolean flushing;
  private final LongSupplier nanoTime;

  /** Whether it waits for the browser to take something, and since when, in nanoseconds. */
  private boolean waits;

  private long waitsSince;

  /**
   * Tells of nothing yet.
   *
   * @param complete lets the browser go
   * @param wake sees to it that {@link #drain} is called soon
   * @param closed called once, when it has ended
   */
  EventStream(
      ServletOutputStream out,
      Runnable complete,
      Runnable wake,
      Runnable closed,
      LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.out = out;
    this.complete = complete;
    this.wake = wake;
    this.closed = closed;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Tells soon that this instance has changed; never waits. */
  void changed(String id) {
    changed.updateAndGet(before -> plus(before, id));
    if (!ended.get() && woken.compareAndSet(false, true)) {
      wake.run();
    }
  }

  private static Set<String> plus(Set<String> before, String id) {
    if (before.size() > MOST_NAMED || before.contains(id)) {
      return before;
    }
    Set<String> after = new TreeSet<>(before);
    after.add(id);
    return after;
  }

  /** Taken before it is told: a change that comes now must be told of again. */
  private byte[] changes() {
    Set<String> ids = changed.getAndSet(Set.of());
    String named = ids.size() > MOST_NAMED ? "" : String.join(" ", ids);
    return bytes("event: changed\ndata: " + named + "\n\n");
  }

  /** Finds out whether anybody still listens. */
  void beat() {
    boolean stuck;
    synchronized (this) {
      stuck = waits && nanoTime.getAsLong() - waitsSince > ClientWrite.PATIENCE.toNanos();
      if (next == null) {
        next = BEAT;
      }
    }
    if (stuck) {
      end();
    } else {
      drain();
    }
  }

  /** Writes as much as can be written without waiting. */
  void drain() {
    woken.set(false);
    try {
      write();
    } catch (IOException | IllegalStateException e) {
      // The browser has gone, which is how every stream ends.
      end();
    }
  }

  private synchronized void write() throws IOException {
    while (!ended.get() && (flushing || next != null || !changed.get().isEmpty())) {
      if (!out.isReady()) {
        if (!waits) {
          waits = true;
          waitsSince = nanoTime.getAsLong();
        }
        return;
      }
      waits = false;
      if (flushing) {
        flushing = false;
        out.flush();
      } else {
        byte[] word = next == null ? changes() : next;
        next = null;
        out.write(word);
        flushing = true;
      }
    }
  }

  /** Ends it. */
  void end() {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    closed.run();
    try {
      complete.run();
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
