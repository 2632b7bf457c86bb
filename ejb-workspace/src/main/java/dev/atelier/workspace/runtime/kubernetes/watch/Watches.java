// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.watch;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Watches of several kinds of objects, which are waited for and end together. */
public final class Watches implements AutoCloseable {
  private final List<Watching<?>> all = new CopyOnWriteArrayList<>();
  private final LongSupplier nanoTime;

  /** Watches nothing yet. */
  public Watches() {
    this(System::nanoTime);
  }

  Watches(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Told of a change of an object; must return at once. */
  @FunctionalInterface
  public interface Listener<T> {
    /** One of both is there at least. */
    void changed(String key, Optional<T> before, Optional<T> after);
  }

  /**
   * Begins to keep {@code known} up to date.
   *
   * @param informers makes one that is not running yet
   * @param key of an object in {@code known}, which is the same as long as the object is there
   */
  public <T extends HasMetadata> void keep(
      Supplier<SharedIndexInformer<T>> informers,
      Supplier<T> empty,
      Function<T, String> key,
      Map<String, T> known,
      Listener<T> listener) {
    // Of one that is gone its uid is sure, and no label.
    Map<String, String> keys = new ConcurrentHashMap<>();
    begin(
        new Watching<>(
            informers,
            empty,
            present -> {
              // Nobody but the API server has a use for them.
              present.getMetadata().setManagedFields(List.of());
              String name = key.apply(present);
              keys.put(present.getMetadata().getUid(), name);
              T before = known.put(name, present);
              listener.changed(name, Optional.ofNullable(before), Optional.of(present));
            },
            gone -> {
              String name = keys.remove(gone.getMetadata().getUid());
              T last = name == null ? null : known.get(name);
              // Another of the same name may be there already.
              if (last != null && last.getMetadata().getUid().equals(gone.getMetadata().getUid())) {
                known.remove(name, last);
                listener.changed(name, Optional.of(last), Optional.empty());
              }
            },
            nanoTime));
  }

  /** Begins to tell of every object that comes or changes, and keeps none. */
  public <T extends HasMetadata> void tell(
      Supplier<SharedIndexInformer<T>> informers, Supplier<T> empty, Consumer<T> listener) {
    begin(new Watching<>(informers, empty, listener, gone -> {}, nanoTime));
  }

  private void begin(Watching<?> watching) {
    all.add(watching);
    watching.start();
  }

  /**
   * Waits until everything is known; those that are not go on trying.
   *
   * @throws TimeoutException something cannot be listed yet; the message says why
   */
  public void await(Duration patience) throws TimeoutException, InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    for (Watching<?> one : all) {
      Duration rest = Duration.ofNanos(Math.max(0, until - System.nanoTime()));
      if (!one.awaitFilled(rest)) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        throw new TimeoutException(
            "what runs is not known after " + patience.toSeconds() + " s" + one.trouble());
      }
    }
  }

  /** Whether everything is known, and changes of it are told of. */
  public boolean watching() {
    return !all.isEmpty() && all.stream().allMatch(one -> one.filled() && one.connected());
  }

  /** Begins those again that have died. */
  void look() {
    all.forEach(Watching::look);
  }

  @Override
  public void close() {
    all.forEach(Watching::close);
  }
}
