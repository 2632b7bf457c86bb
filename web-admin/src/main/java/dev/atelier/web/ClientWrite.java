// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web;

import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The writes to one client that wait for it: a client that takes nothing for too long must hold
 * neither a thread nor a place for ever. One at a time.
 */
public final class ClientWrite {
  /** How long one may wait; a connection that is only slow takes something in a tenth of that. */
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  private final LongSupplier nanoTime;
  private Thread writer;
  private long since;
  private boolean ended;

  /** None is under way. */
  public ClientWrite() {
    this(System::nanoTime);
  }

  /** The same, by another clock. */
  public ClientWrite(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** What writes, and may wait for its client. */
  @FunctionalInterface
  public interface Write {
    /** Does it. */
    void run() throws IOException;
  }

  /**
   * Does it on this thread.
   *
   * @throws IOException it failed, or was ended
   */
  public void run(Write write) throws IOException {
    synchronized (this) {
      writer = Thread.currentThread();
      since = nanoTime.getAsLong();
    }
    try {
      write.run();
    } finally {
      synchronized (this) {
        writer = null;
        if (ended) {
          // Not to be carried into what this thread does next.
          Thread.interrupted();
        }
      }
    }
  }

  /**
   * Ends one that has waited for longer than {@link #PATIENCE}, if there is one; never waits.
   *
   * @return whether there is
   */
  public synchronized boolean endIfStuck() {
    if (writer == null || nanoTime.getAsLong() - since <= PATIENCE.toNanos()) {
      return false;
    }
    ended = true;
    writer.interrupt();
    return true;
  }
}
