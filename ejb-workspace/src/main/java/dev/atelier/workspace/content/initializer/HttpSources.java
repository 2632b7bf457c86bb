// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.egress.AddressResolver;
import dev.atelier.workspace.content.egress.EgressPolicy;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/**
 * What downloads and one-time secrets are fetched by. Each fetch has a source to itself, for what
 * becomes of it is told by its door; a few rest for the next ones, since each has threads.
 */
final class HttpSources implements AutoCloseable {
  private static final int MOST_RESTING = 4;

  private final EgressPolicy policy;
  private final AddressResolver resolver;
  private final ThreadFactory threads;
  private final Deque<HttpSource> resting = new ArrayDeque<>();
  private boolean closed;

  /** Opens none yet. */
  HttpSources(EgressPolicy policy, AddressResolver resolver, ThreadFactory threads) {
    this.policy = policy;
    this.resolver = resolver;
    this.threads = threads;
  }

  /**
   * A source for one fetch. It belongs to whoever waits for that, who may close it while another
   * thread copies: a body that does not come is not ended by an interrupt.
   */
  final class Lease implements AutoCloseable {
    private final HttpSource source;
    private boolean copying;
    private boolean over;

    private Lease(HttpSource source) {
      this.source = source;
    }

    /** See {@link HttpSource#copy}. */
    long copy(URI from, Duration headTimeout, long limit, OutputStream to)
        throws IOException, InterruptedException {
      synchronized (this) {
        if (over) {
          throw new IOException("nobody waits for it any more");
        }
        copying = true;
      }
      try {
        return source.copy(from, headTimeout, limit, to);
      } finally {
        synchronized (this) {
          copying = false;
        }
      }
    }

    /** Gives it back, or ends it with what is still copied. */
    @Override
    public void close() {
      boolean whole;
      synchronized (this) {
        over = true;
        whole = !copying;
      }
      if (whole) {
        giveBack(source);
      } else {
        source.close();
      }
    }
  }

  /** One that rests, or a new one. */
  Lease lease() throws IOException {
    return new Lease(take());
  }

  private HttpSource take() throws IOException {
    Optional<HttpSource> rested;
    synchronized (this) {
      rested = Optional.ofNullable(resting.pollLast());
    }
    return rested.isPresent() ? rested.get() : new HttpSource(policy, resolver, threads);
  }

  private void giveBack(HttpSource source) {
    boolean stays = source.rest();
    synchronized (this) {
      stays = stays && !closed && resting.size() < MOST_RESTING;
      if (stays) {
        resting.addLast(source);
      }
    }
    if (!stays) {
      source.close();
    }
  }

  /** Closes those that rest; those at work follow when they are done. */
  @Override
  public synchronized void close() {
    closed = true;
    resting.forEach(HttpSource::close);
    resting.clear();
  }
}
