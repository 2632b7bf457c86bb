// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.WorkspaceStore.StoreChange;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Tells listeners of changes in the order of their commits: whoever changes an instance holds its
 * lock from the reading to the telling. A few locks serve all instances.
 */
public final class ChangeFeed {
  private static final Logger LOG = System.getLogger(ChangeFeed.class.getName());
  private static final int LOCKS = 256;

  /** Longer than any transaction takes; a caller behind a database that hangs is let go. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final List<ReentrantLock> locks =
      Stream.generate(ReentrantLock::new).limit(LOCKS).toList();
  private final List<Consumer<StoreChange>> listeners = new CopyOnWriteArrayList<>();

  /** A change of one instance, from its reading to its telling. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T run() throws WorkspaceFault;
  }

  /** Has {@code listener} told of every change from now on. */
  public void listen(Consumer<StoreChange> listener) {
    listeners.add(listener);
  }

  /**
   * Does {@code work} while nobody else here changes that instance.
   *
   * @throws WorkspaceFault UNAVAILABLE when others take too long
   */
  public <T> T inOrder(String id, Work<T> work) throws WorkspaceFault {
    ReentrantLock lock = locks.get(Math.floorMod(id.hashCode(), LOCKS));
    try {
      if (!lock.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw WorkspaceFault.unavailable("the store of workspaces is too slow at the moment");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw WorkspaceFault.unavailable("interrupted while waiting for the store of workspaces", e);
    }
    try {
      return work.run();
    } finally {
      lock.unlock();
    }
  }

  /** Tells of a change that was committed; within {@link #inOrder}. */
  public void publish(StoreChange change) {
    for (Consumer<StoreChange> listener : listeners) {
      try {
        listener.accept(change);
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "a listener has failed on a change of instance " + change.id(), e);
      }
    }
  }
}
