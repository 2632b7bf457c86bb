// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.store.WorkspaceStore;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** Tells every open page that something has changed, a few times a second at most. */
@ApplicationScoped
public class ConsoleEvents {
  /** Open pages; each holds a connection. */
  static final int MOST_STREAMS = 100;

  private static final long PAUSE_MILLIS = 150;
  private static final long BEAT_SECONDS = 20;

  @Inject private WorkspaceStore store;
  @Resource private ManagedScheduledExecutorService scheduler;
  @Resource private ManagedThreadFactory threads;

  /** Each with whether who looks at it is signed in still. */
  private final Map<EventStream, BooleanSupplier> streams = new ConcurrentHashMap<>();

  private final AtomicBoolean beating = new AtomicBoolean();
  private ScheduledFuture<?> beats;
  private Workers workers;
  private Executor soon;

  @PostConstruct
  void begin() {
    workers = Workers.over(threads, 2);
    soon = CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS, workers);
    // What is no event but shows: an instance that is forgotten, a deadline that activity has
    // moved.
    store.watch(change -> changed(change.id()));
    beats = scheduler.scheduleAtFixedRate(this::beat, BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
  }

  private static void beat(EventStream stream, BooleanSupplier lasting) {
    if (lasting.getAsBoolean()) {
      stream.beat();
    } else {
      stream.end();
    }
  }

  /** On threads of its own, since the server's scheduler must not wait for a browser. */
  private void beat() {
    if (beating.compareAndSet(false, true)) {
      workers.execute(
          () -> {
            try {
              streams.forEach(ConsoleEvents::beat);
            } finally {
              beating.set(false);
            }
          });
    }
  }

  @PreDestroy
  void end() {
    beats.cancel(false);
    streams.keySet().forEach(EventStream::end);
    workers.close();
  }

  /** Before the first page asks there is nobody to tell, and the module may not have started. */
  void changed(@Observes(notifyObserver = Reception.IF_EXISTS) WorkspaceChanged event) {
    changed(event.current().id());
  }

  private void changed(String id) {
    streams.keySet().forEach(stream -> stream.changed(id));
  }

  /** Whether one more page may listen. */
  boolean hasRoom() {
    return streams.size() < MOST_STREAMS;
  }

  /**
   * Tells a page of every change from now on.
   *
   * @param lasting whether who looks at it is signed in still
   */
  void open(AsyncContext context, BooleanSupplier lasting) throws IOException {
    ServletOutputStream out = context.getResponse().getOutputStream();
    EventStream[] self = new EventStream[1];
    EventStream stream =
        new EventStream(
            out,
            context::complete,
            () -> soon.execute(() -> self[0].drain()),
            () -> streams.remove(self[0]),
            System::nanoTime);
    self[0] = stream;
    streams.put(stream, lasting);
    out.setWriteListener(stream);
  }
}
