// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A bounded number of threads that rest when there is nothing to do. */
public final class Workers implements Executor, AutoCloseable {
  private static final long REST_SECONDS = 60;

  private final ExecutorService pool;

  private Workers(ExecutorService pool) {
    this.pool = pool;
  }

  /**
   * At most {@code most} of the factory's threads; what they cannot take waits. Whoever gives them
   * work bounds how much waits.
   */
  public static Workers over(ThreadFactory factory, int most) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            most, most, REST_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    pool.allowCoreThreadTimeOut(true);
    return new Workers(pool);
  }

  @Override
  public void execute(Runnable task) {
    pool.execute(task);
  }

  /** Takes nothing more; what runs is interrupted. */
  @Override
  public void close() {
    pool.shutdownNow();
  }
}
