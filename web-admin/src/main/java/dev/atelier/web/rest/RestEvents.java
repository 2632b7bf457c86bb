// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import dev.atelier.web.ClientWrite;
import dev.atelier.workspace.Workers;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.subscribe.Subscriptions;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The event streams of REST. What a slow client has not taken stays in its subscription, which
 * conflates it; a write may wait for its client, so each stream has a thread at most. One that
 * takes nothing for {@link ClientWrite#PATIENCE} is let go.
 */
@ApplicationScoped
public class RestEvents {
  private static final int MOST_STREAMS = 64;
  private static final long BEAT_SECONDS = 20;

  @Inject private Subscriptions subscriptions;
  @Resource private ManagedThreadFactory threads;
  @Resource private ManagedScheduledExecutorService scheduler;

  private final Set<RestStream> streams = ConcurrentHashMap.newKeySet();
  private Workers workers;
  private ScheduledFuture<?> beats;

  @PostConstruct
  void begin() {
    workers = Workers.over(threads, MOST_STREAMS);
    beats =
        scheduler.scheduleAtFixedRate(
            () -> streams.forEach(RestStream::beat), BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
  }

  @PreDestroy
  void end() {
    beats.cancel(false);
    streams.forEach(RestStream::leave);
    workers.close();
  }

  /**
   * Follows until the client goes.
   *
   * @param lasting whether the client is signed in still
   */
  void open(
      String name,
      WorkspaceFilter filter,
      boolean fromBeginning,
      BooleanSupplier lasting,
      Sse sse,
      SseEventSink sink)
      throws WorkspaceFault {
    RestStream stream =
        new RestStream(
            new SseClient(lasting, sse, sink), workers, streams::remove, new ClientWrite());
    if (!add(stream)) {
      sink.close();
      throw WorkspaceFault.resourceExhausted(
          "too many event streams: %d are open".formatted(MOST_STREAMS));
    }
    // Headers go with the first event: the client is to know from when on it hears of all.
    stream.beat();
    stream.follow(subscriptions.open(name, filter, fromBeginning, stream::wake));
  }

  private synchronized boolean add(RestStream stream) {
    return streams.size() < MOST_STREAMS && streams.add(stream);
  }

  private record SseClient(BooleanSupplier lasting, Sse sse, SseEventSink sink)
      implements RestStream.Client {
    @Override
    public void beat() throws IOException {
      send(sse.newEventBuilder().comment("").build());
    }

    @Override
    public void update(Workspace workspace) throws IOException {
      String json = StatusJson.of(workspace).build().toString();
      send(sse.newEventBuilder().name("workspace").data(json).build());
    }

    private void send(OutboundSseEvent event) throws IOException {
      if (sink.isClosed() || !lasting.getAsBoolean()) {
        throw new IOException("the client has gone");
      }
      Object unused = sink.send(event).toCompletableFuture().join();
    }

    @Override
    public void close() {
      try {
        sink.close();
      } catch (RuntimeException e) {
        // It has gone before.
        return;
      }
    }
  }
}
