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

  /** See {@link HttpSource#copy}. */
  long copy(URI from, Duration headTimeout, long limit, OutputStream to)
      throws IOException, InterruptedException {
    HttpSource source = take();
    try {
      return source.copy(from, headTimeout, limit, to);
    } finally {
      giveBack(source);
    }
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
