// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.watch;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A watch of one kind of object that begins with all there are, and goes on whatever happens. The
 * server tells of its progress once a minute even when nothing has changed; a watch that hears
 * nothing of it has died silently, and another takes its place.
 */
public final class Watching<T extends HasMetadata> implements AutoCloseable {
  private static final Duration SILENCE = Duration.ofSeconds(100);
  private static final Duration LOOK = Duration.ofSeconds(10);

  private static final Logger LOG = System.getLogger(Watching.class.getName());

  private final Supplier<SharedIndexInformer<T>> informers;
  private final SkeletonStore<T> skeletons;
  private final Listener listener;
  private final LongSupplier nanoTime;
  private final CompletableFuture<Void> filled = new CompletableFuture<>();

  private SharedIndexInformer<T> informer;
  private String heard = "";
  private long heardAt;
  private boolean saidConnected = true;
  private volatile Throwable trouble;
  private boolean closed;

  /**
   * Not begun yet.
   *
   * @param informers makes one that is not running yet
   * @param present told of each object as it is now
   * @param gone told of each object that is no more; of it only name and uid are sure
   */
  public Watching(
      Supplier<SharedIndexInformer<T>> informers,
      Supplier<T> empty,
      Consumer<T> present,
      Consumer<T> gone) {
    this(informers, empty, present, gone, System::nanoTime);
  }

  Watching(
      Supplier<SharedIndexInformer<T>> informers,
      Supplier<T> empty,
      Consumer<T> present,
      Consumer<T> gone,
      LongSupplier nanoTime) {
    this.informers = informers;
    this.skeletons = new SkeletonStore<>(empty);
    this.listener = new Listener(present, gone);
    this.nanoTime = nanoTime;
  }

  private final class Listener implements ResourceEventHandler<T> {
    private final Consumer<T> present;
    private final Consumer<T> gone;

    Listener(Consumer<T> present, Consumer<T> gone) {
      this.present = present;
      this.gone = gone;
    }

    @Override
    public void onAdd(T obj) {
      tell(present, obj);
    }

    @Override
    public void onUpdate(T before, T now) {
      tell(present, now);
    }

    @Override
    public void onDelete(T obj, boolean unknown) {
      tell(gone, obj);
    }

    @Override
    public void onList(String resourceVersion, boolean remainedEmpty) {
      filled.complete(null);
    }

    private void tell(Consumer<T> listener, T obj) {
      try {
        listener.accept(obj);
      } catch (RuntimeException bug) {
        LOG.log(
            Level.ERROR,
            "unexpected fault on a change of " + obj.getKind() + " " + obj.getMetadata().getName(),
            bug);
      }
    }
  }

  /** Begins, once. */
  public synchronized void start() {
    if (informer != null || closed) {
      return;
    }
    begin();
    lookLater();
  }

  private void begin() {
    heardAt = nanoTime.getAsLong();
    informer = informers.get();
    informer
        // What is gone by the next list must be known from this one.
        .itemStore(skeletons)
        // For good: an API server that is away at the start is waited for too.
        .exceptionHandler(
            (started, fault) -> {
              trouble = fault;
              return true;
            })
        .addEventHandler(listener);
    CompletableFuture<Void> unused = informer.start().toCompletableFuture();
  }

  private void lookLater() {
    CompletableFuture.delayedExecutor(LOOK.toMillis(), TimeUnit.MILLISECONDS)
        .execute(
            () -> {
              if (look()) {
                lookLater();
              }
            });
  }

  /** Begins again where nothing was heard for too long; whether it is to be looked again. */
  synchronized boolean look() {
    if (closed) {
      return false;
    }
    if (saidConnected != connected()) {
      saidConnected = !saidConnected;
      LOG.log(
          saidConnected ? Level.INFO : Level.WARNING,
          saidConnected
              ? "the Kubernetes API tells of {0} again"
              : "the Kubernetes API tells of no {0} at the moment",
          informer.getApiTypeClass().getSimpleName());
    }
    String now = informer.lastSyncResourceVersion();
    if (!connected() || !Objects.equals(now, heard)) {
      heard = now;
      heardAt = nanoTime.getAsLong();
    } else if (nanoTime.getAsLong() - heardAt > SILENCE.toNanos()) {
      LOG.log(Level.WARNING, "a watch has fallen silent, and is begun again");
      informer.stop();
      begin();
    }
    if (informer.stopped().toCompletableFuture().isDone()) {
      LOG.log(Level.WARNING, "a watch has ended, and is begun again");
      begin();
    }
    return true;
  }

  /** Whether changes are told of at the moment. */
  public synchronized boolean connected() {
    return informer != null && informer.isWatching();
  }

  /** Why nothing could be listed or watched the last time; empty: there was no trouble. */
  String trouble() {
    Throwable last = trouble;
    return last == null ? "" : ": " + last.getMessage();
  }

  /** Whether all that there was has been told of. */
  public boolean filled() {
    return filled.isDone();
  }

  /**
   * Waits until all that there was has been told of.
   *
   * @return whether that was within {@code patience}
   */
  public boolean awaitFilled(Duration patience) {
    try {
      filled.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("nothing completes it so", e);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (informer != null) {
      informer.stop();
    }
  }
}
