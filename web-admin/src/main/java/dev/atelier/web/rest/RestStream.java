// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import dev.atelier.web.ClientWrite;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.subscribe.Subscription;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * One client that follows instances over REST. Whoever wakes it adds a task to its workers at most,
 * one at a time.
 */
final class RestStream {
  /** Whoever is sent to; every method may wait for it, and fails once it has gone. */
  interface Client {
    /** Sends what is nothing, to find out whether it is there. */
    void beat() throws IOException;

    /** Sends the status of an instance. */
    void update(Workspace workspace) throws IOException;

    /** Ends the connection. */
    void close();
  }

  private final Client client;
  private final Executor workers;
  private final Consumer<RestStream> ended;
  private final ClientWrite write;
  private final AtomicInteger wakeUps = new AtomicInteger();
  private volatile boolean beat;
  private Subscription subscription;
  private boolean left;

  /**
   * Follows nothing yet.
   *
   * @param ended told once nothing will be sent any more
   */
  RestStream(Client client, Executor workers, Consumer<RestStream> ended, ClientWrite write) {
    this.client = client;
    this.workers = workers;
    this.ended = ended;
    this.write = write;
  }

  /** Sends what comes from {@code opened}; closes it where the client has gone already. */
  void follow(Subscription opened) {
    boolean tooLate;
    synchronized (this) {
      tooLate = left;
      subscription = opened;
    }
    if (tooLate) {
      opened.close();
    } else {
      wake();
    }
  }

  /** Has it found out whether the client is still there and takes what it is sent; never waits. */
  void beat() {
    if (write.endIfStuck()) {
      leave();
      return;
    }
    beat = true;
    wake();
  }

  /** Sends soon what is there; never waits. */
  void wake() {
    if (wakeUps.getAndIncrement() == 0) {
      try {
        workers.execute(this::send);
      } catch (RejectedExecutionException end) {
        leave();
      }
    }
  }

  private void send() {
    int seen;
    do {
      seen = wakeUps.get();
      if (!sendAll()) {
        leave();
        client.close();
        return;
      }
    } while (wakeUps.addAndGet(-seen) > 0);
  }

  /** Whether the client is still there. */
  private boolean sendAll() {
    try {
      if (beat) {
        beat = false;
        write.run(client::beat);
      }
      Subscription from = following();
      while (from != null && !hasLeft()) {
        Optional<Workspace> next = from.poll();
        if (next.isEmpty()) {
          return !from.givenUp();
        }
        write.run(() -> client.update(next.get()));
      }
      return !hasLeft();
    } catch (IOException | RuntimeException e) {
      // The client has gone, which is how every stream ends.
      return false;
    }
  }

  private synchronized Subscription following() {
    return subscription;
  }

  private synchronized boolean hasLeft() {
    return left;
  }

  /**
   * Ends it, and gives back all that it holds. Never waits: where something is just sent, the
   * connection is closed after that.
   */
  void leave() {
    Subscription open;
    synchronized (this) {
      left = true;
      open = subscription;
    }
    ended.accept(this);
    if (open != null) {
      open.close();
    }
    // From now on it counts as awake, so that nothing is sent any more.
    if (wakeUps.getAndIncrement() == 0) {
      client.close();
    }
  }
}
