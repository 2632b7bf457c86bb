// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that serve calls. Not the container's: its pool grows without a bound, and ends
 * before this server does. What waits here is bounded by the calls of all connections, each of
 * which has at most one task waiting.
 */
final class CallThreads implements Executor, AutoCloseable {
  private static final long IDLE_SECONDS = 30;

  private final ThreadPoolExecutor pool;

  CallThreads(int most) {
    AtomicInteger number = new AtomicInteger();
    pool =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "atelier-grpc-" + number.incrementAndGet());
              thread.setDaemon(true);
              // What is called from here looks up its configuration by this.
              thread.setContextClassLoader(CallThreads.class.getClassLoader());
              return thread;
            },
            // After the end only gRPC's own clearing away comes, which is quickly done.
            (task, ended) -> task.run());
    pool.allowCoreThreadTimeOut(true);
  }

  @Override
  public void execute(Runnable task) {
    pool.execute(task);
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
