// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadFactory;

/**
 * Tells those who follow the output of instances that there may be more. One for all: the kernel
 * allows a user few watches of this kind (inotify(7), max_user_instances), each of many folders.
 */
final class OutputWatch implements AutoCloseable {
  private static final Logger LOG = System.getLogger(OutputWatch.class.getName());

  private final WatchService service;
  private final Map<WatchKey, Set<Runnable>> followers = new HashMap<>();
  private boolean closed;

  OutputWatch(Path data, ThreadFactory threads) throws IOException {
    this.service = data.getFileSystem().newWatchService();
    threads.newThread(this::run).start();
  }

  /** Something that lasts until it is closed. */
  @FunctionalInterface
  interface Registration extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Tells a follower of each change of the files in a folder, and of the end of this object.
   *
   * @throws IOException the folder is not there
   */
  synchronized Registration follow(Path folder, Runnable changed) throws IOException {
    if (closed) {
      changed.run();
      return () -> {};
    }
    WatchKey key =
        folder.register(
            service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
    followers.computeIfAbsent(key, k -> new HashSet<>()).add(changed);
    return () -> forget(key, changed);
  }

  private synchronized void forget(WatchKey key, Runnable changed) {
    Set<Runnable> left = followers.get(key);
    if (left != null && left.remove(changed) && left.isEmpty()) {
      followers.remove(key);
      key.cancel();
    }
  }

  private void run() {
    try {
      while (true) {
        WatchKey key = service.take();
        key.pollEvents();
        key.reset();
        tell(key);
      }
    } catch (ClosedWatchServiceException e) {
      LOG.log(Level.DEBUG, "no more output is watched for");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void tell(WatchKey key) {
    followers.getOrDefault(key, Set.of()).forEach(Runnable::run);
  }

  synchronized boolean closed() {
    return closed;
  }

  @Override
  public void close() throws IOException {
    service.close();
    synchronized (this) {
      closed = true;
      followers.values().forEach(all -> all.forEach(Runnable::run));
      followers.clear();
    }
  }
}
