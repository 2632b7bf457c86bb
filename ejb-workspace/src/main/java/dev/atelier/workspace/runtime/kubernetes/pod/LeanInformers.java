package dev.atelier.workspace.runtime.kubernetes.pod;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/** Informers that keep nothing that only the API server has use for. */
final class LeanInformers implements AutoCloseable {
  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
  private final List<CompletableFuture<Void>> filled = new ArrayList<>();
  private final List<Runnable> fill = new ArrayList<>();

  /** Told of a change of an object; must return at once. */
  @FunctionalInterface
  interface Listener<T> {
    /** One of both is there at least. */
    void changed(String key, Optional<T> before, Optional<T> after);
  }

  private static final class Lean<T extends HasMetadata> extends BasicItemStore<T> {
    Lean() {
      super(Cache::metaNamespaceKeyFunc);
    }

    @Override
    public T put(String key, T item) {
      item.getMetadata().setManagedFields(List.of());
      return super.put(key, item);
    }
  }

  /** Keeps {@code known} up to date by key. */
  <T extends HasMetadata> void begin(
      SharedIndexInformer<T> informer,
      Function<T, String> key,
      Map<String, T> known,
      Listener<T> listener) {
    informer.itemStore(new Lean<T>());
    informer.addEventHandler(
        new ResourceEventHandler<T>() {
          @Override
          public void onAdd(T one) {
            put(one);
          }

          @Override
          public void onUpdate(T before, T after) {
            put(after);
          }

          private void put(T one) {
            String name = key.apply(one);
            T before = known.put(name, one);
            listener.changed(name, Optional.ofNullable(before), Optional.of(one));
          }

          @Override
          public void onDelete(T one, boolean unknown) {
            String name = key.apply(one);
            T last = known.get(name);
            // Another of the same name may be there already.
            if (last != null && last.getMetadata().getUid().equals(one.getMetadata().getUid())) {
              known.remove(name, last);
              listener.changed(name, Optional.of(one), Optional.empty());
            }
          }
        });
    fill.add(
        () -> informer.getStore().list().forEach(one -> known.putIfAbsent(key.apply(one), one)));
    begin(informer);
  }

  /** Tells of every object that comes or changes, and keeps none. */
  <T extends HasMetadata> void tell(SharedIndexInformer<T> informer, Consumer<T> listener) {
    informer.itemStore(new Lean<T>());
    informer.addEventHandler(
        new ResourceEventHandler<T>() {
          @Override
          public void onAdd(T one) {
            listener.accept(one);
          }

          @Override
          public void onUpdate(T before, T after) {
            listener.accept(after);
          }

          @Override
          public void onDelete(T one, boolean unknown) {}
        });
    begin(informer);
  }

  private void begin(SharedIndexInformer<?> informer) {
    informers.add(informer);
    filled.add(informer.start().toCompletableFuture());
  }

  /**
   * Waits until everything is known.
   *
   * @throws KubernetesClientException something cannot be listed or watched
   */
  void await(long timeoutSeconds) throws TimeoutException, InterruptedException {
    try {
      CompletableFuture.allOf(filled.toArray(CompletableFuture[]::new))
          .get(timeoutSeconds, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw KubernetesClientException.launderThrowable(e.getCause());
    } catch (TimeoutException e) {
      throw new TimeoutException("what runs is not known after " + timeoutSeconds + " s");
    }
    // What was listed may still be on its way through the handlers.
    fill.forEach(Runnable::run);
  }

  boolean watching() {
    return !informers.isEmpty() && informers.stream().allMatch(SharedIndexInformer::isWatching);
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::stop);
  }
}
