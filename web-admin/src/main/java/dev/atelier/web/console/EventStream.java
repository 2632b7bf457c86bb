package dev.atelier.web.console;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells one browser that something it shows has changed; what, it asks for itself. However slow it
 * is, it costs one pending word.
 */
final class EventStream implements WriteListener {
  private static final byte[] GREETING = bytes("retry: 2000\nevent: open\ndata:\n\n");
  private static final byte[] CHANGED = bytes("event: changed\ndata:\n\n");
  private static final byte[] BEAT = bytes(":\n\n");

  private final AsyncContext context;
  private final ServletOutputStream out;
  private final Runnable closed;
  private final Runnable wake;
  private final AtomicBoolean changed = new AtomicBoolean();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final AtomicBoolean ended = new AtomicBoolean();
  private byte[] next = GREETING;
  private boolean flushing;

  /**
   * Tells of nothing yet.
   *
   * @param wake sees to it that {@link #drain} is called soon
   * @param closed called once, when it has ended
   */
  EventStream(AsyncContext context, ServletOutputStream out, Runnable wake, Runnable closed) {
    this.context = context;
    this.out = out;
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
    synchronized (this) {
      if (next == null) {
        next = BEAT;
      }
    }
    drain();
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
    while (!ended.get() && (flushing || next != null || changed.get()) && out.isReady()) {
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
