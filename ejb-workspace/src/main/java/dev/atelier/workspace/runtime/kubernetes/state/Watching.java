package dev.atelier.workspace.runtime.kubernetes.state;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A watch of one kind of object that begins with all there are, and goes on whatever happens. */
final class Watching<T extends HasMetadata> implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Watching.class.getName());

  private final SharedIndexInformer<T> informer;
  private final CompletableFuture<Void> filled = new CompletableFuture<>();

  /**
   * Not begun yet.
   *
   * @param present told of each object as it is now
   * @param gone told of each object that is no more; of it only name and uid are sure
   */
  Watching(
      SharedIndexInformer<T> informer, Supplier<T> empty, Consumer<T> present, Consumer<T> gone) {
    this.informer = informer;
    informer
        .itemStore(new SkeletonStore<>(empty))
        // For good: an API server that is away at the start is waited for too.
        .exceptionHandler((started, fault) -> true)
        .addEventHandler(new Listener(present, gone));
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

  /** Begins. */
  void start() {
    CompletableFuture<Void> unused = informer.start().toCompletableFuture();
  }

  /** Whether all that there was has been told of. */
  boolean filled() {
    return filled.isDone();
  }

  /**
   * Waits until all that there was has been told of.
   *
   * @return whether that was within {@code patience}
   */
  boolean awaitFilled(Duration patience) {
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
  public void close() {
    informer.stop();
  }
}
