package dev.atelier.web.rest;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.subscribe.Subscription;
import dev.atelier.workspace.subscribe.Subscriptions;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * The event streams of REST. What a slow client has not taken stays in its subscription, which
 * conflates it; a write may wait for its client, so each stream has a thread at most.
 */
@ApplicationScoped
public class RestEvents {
  private static final int MOST_STREAMS = 64;
  private static final long BEAT_SECONDS = 20;

  @Inject private Subscriptions subscriptions;
  @Resource private ManagedThreadFactory threads;
  @Resource private ManagedScheduledExecutorService scheduler;

  private final Map<Stream, Boolean> streams = new ConcurrentHashMap<>();
  private Workers workers;
  private ScheduledFuture<?> beats;

  @PostConstruct
  void begin() {
    workers = Workers.over(threads, MOST_STREAMS);
    beats =
        scheduler.scheduleAtFixedRate(
            () -> streams.keySet().forEach(Stream::beat),
            BEAT_SECONDS,
            BEAT_SECONDS,
            TimeUnit.SECONDS);
  }

  @PreDestroy
  void end() {
    beats.cancel(false);
    streams.keySet().forEach(Stream::close);
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
    if (streams.size() >= MOST_STREAMS) {
      sink.close();
      throw WorkspaceFault.resourceExhausted(
          "too many event streams: %d are open".formatted(MOST_STREAMS));
    }
    Stream stream = new Stream(lasting, sse, sink);
    streams.put(stream, true);
    // Headers go with the first event: the client is to know from when on it hears of all.
    stream.beat();
    stream.follow(subscriptions.open(name, filter, fromBeginning, stream::wake));
  }

  private final class Stream {
    private final BooleanSupplier lasting;
    private final Sse sse;
    private final SseEventSink sink;
    private final AtomicInteger wakeUps = new AtomicInteger();
    private volatile Subscription subscription;
    private volatile boolean beat;

    Stream(BooleanSupplier lasting, Sse sse, SseEventSink sink) {
      this.lasting = lasting;
      this.sse = sse;
      this.sink = sink;
    }

    void follow(Subscription opened) {
      subscription = opened;
      wake();
    }

    void beat() {
      beat = true;
      wake();
    }

    void wake() {
      if (wakeUps.getAndIncrement() == 0) {
        workers.execute(this::send);
      }
    }

    private void send() {
      int seen;
      do {
        seen = wakeUps.get();
        if (!sendAll()) {
          close();
          return;
        }
      } while (wakeUps.addAndGet(-seen) > 0);
    }

    /** Whether the client is still there. */
    private boolean sendAll() {
      if (sink.isClosed() || !lasting.getAsBoolean()) {
        return false;
      }
      try {
        if (beat) {
          beat = false;
          sink.send(sse.newEventBuilder().comment("").build()).toCompletableFuture().join();
        }
        Subscription from = subscription;
        Optional<Workspace> next = from == null ? Optional.empty() : from.poll();
        while (next.isPresent()) {
          String json = StatusJson.of(next.get()).build().toString();
          sink.send(sse.newEventBuilder().name("workspace").data(json).build())
              .toCompletableFuture()
              .join();
          next = from.poll();
        }
        return true;
      } catch (RuntimeException e) {
        // The client has gone, which is how every stream ends.
        return false;
      }
    }

    void close() {
      streams.remove(this);
      Subscription open = subscription;
      if (open != null) {
        open.close();
      }
      try {
        sink.close();
      } catch (RuntimeException e) {
        // It has gone before.
        return;
      }
    }
  }
}
