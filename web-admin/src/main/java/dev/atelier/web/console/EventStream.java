// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.web.ClientWrite;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Tells one browser that something it shows has changed; what, it asks for itself. However slow it
 * is, it costs one pending word; one that takes not even that for {@link ClientWrite#PATIENCE} is
 * let go.
 */
final class EventStream implements WriteListener {
  private static final byte[] GREETING = bytes("retry: 2000\nevent: open\ndata:\n\n");
  private static final byte[] CHANGED = bytes("event: changed\ndata:\n\n");
  private static final byte[] BEAT = bytes(":\n\n");

  private final ServletOutputStream out;
  private final Runnable complete;
  private final Runnable closed;
  private final Runnable wake;
  private final AtomicBoolean changed = new AtomicBoolean();
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

  /** Tells of a change soon; never waits. */
  void changed() {
    changed.set(true);
    if (!ended.get() && woken.compareAndSet(false, true)) {
      wake.run();
    }
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
    while (!ended.get() && (flushing || next != null || changed.get())) {
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
        // Taken before it is told: a change that comes now must be told of again.
        byte[] word = next == null && changed.getAndSet(false) ? CHANGED : next;
        next = null;
        if (word != null) {
          out.write(word);
          flushing = true;
        }
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
