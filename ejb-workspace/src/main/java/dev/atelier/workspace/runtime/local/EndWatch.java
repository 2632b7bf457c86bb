// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Hears of the marks that launchers leave at the end of their instances, without polling. */
final class EndWatch implements AutoCloseable {
  private static final Logger LOG = System.getLogger(EndWatch.class.getName());
  private static final Duration LONGEST_WORD = Duration.ofSeconds(10);

  private final Path folder;
  private final WatchService service;
  private final Consumer<String> ended;
  private final Thread thread;

  /**
   * Listens from now on.
   *
   * @param ended takes the id of an instance that has left its mark, again when in doubt
   */
  EndWatch(Path folder, ThreadFactory threads, Consumer<String> ended) throws IOException {
    this.folder = folder;
    this.ended = ended;
    this.service = folder.getFileSystem().newWatchService();
    folder.register(service, StandardWatchEventKinds.ENTRY_CREATE);
    this.thread = threads.newThread(this::run);
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        WatchKey key = service.take();
        for (WatchEvent<?> event : key.pollEvents()) {
          if (event.context() instanceof Path name) {
            ended.accept(name.toString());
          } else {
            everybody();
          }
        }
        key.reset();
      }
    } catch (ClosedWatchServiceException e) {
      LOG.log(Level.DEBUG, "no more ends are watched for");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** More has happened than the kernel could tell. */
  private void everybody() {
    try (Stream<Path> marks = Files.list(folder)) {
      marks.map(mark -> mark.getFileName().toString()).forEach(ended);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "ends of instances may be noticed late: " + e);
    }
  }

  /** Nobody is told any more once this returns, which takes 10 s at most. */
  @Override
  public void close() throws IOException {
    service.close();
    try {
      thread.join(LONGEST_WORD.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
