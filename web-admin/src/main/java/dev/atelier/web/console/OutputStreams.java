// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.web.ClientWrite;
import dev.atelier.workspace.Workers;
import dev.atelier.workspace.runtime.WorkspaceRuntime;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Shows pages what instances write. Each reader holds a thread, so there are few; the server's
 * scheduler is never held.
 */
@ApplicationScoped
public class OutputStreams {
  /** Pages that read at the same time. */
  static final int MOST_READERS = 16;

  /** What one more is told: that it may ask again in a while. */
  static final String FULL = "retry: 5000\nevent: full\ndata:\n\n";

  private static final long BEAT_SECONDS = 10;

  @Inject private WorkspaceRuntime runtime;
  @Resource private ManagedThreadFactory threads;
  @Resource private ManagedScheduledExecutorService scheduler;

  private final Set<OutputReader> readers = ConcurrentHashMap.newKeySet();
  private Workers workers;

  @PostConstruct
  void begin() {
    // Two for each: one reads, and one finds out meanwhile whether anybody still looks. One more
    // for one that is about to end.
    workers = Workers.over(threads, 2 * MOST_READERS + 1);
  }

  /** Whether one more page may read. */
  boolean hasRoom() {
    return readers.size() < MOST_READERS;
  }

  /** What an instance writes, where the runtime offers that. */
  Optional<InputStream> follow(String id) throws IOException {
    return runtime.follow(id);
  }

  /**
   * Shows a page what {@code output} has, until it ends or nobody looks any more.
   *
   * @param lasting whether who looks at it is signed in still
   */
  void open(AsyncContext context, InputStream output, BooleanSupplier lasting) throws IOException {
    OutputReader reader =
        new OutputReader(
            context.getResponse().getOutputStream(),
            context::complete,
            output,
            workers,
            new ClientWrite());
    readers.add(reader);
    ScheduledFuture<?> beats =
        scheduler.scheduleAtFixedRate(
            () -> beat(reader, lasting), BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
    workers.execute(
        () -> {
          try {
            reader.run();
          } finally {
            beats.cancel(false);
            readers.remove(reader);
          }
        });
  }

  private static void beat(OutputReader reader, BooleanSupplier lasting) {
    if (lasting.getAsBoolean()) {
      reader.beat();
    } else {
      reader.interrupt();
    }
  }

  @PreDestroy
  void end() {
    readers.forEach(OutputReader::interrupt);
    workers.close();
  }
}
