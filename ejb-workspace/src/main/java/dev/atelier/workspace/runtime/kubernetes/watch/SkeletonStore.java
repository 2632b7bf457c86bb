// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.watch;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What an informer needs to know of its objects, and nothing else: their content is kept by whoever
 * listens, once and in its own form.
 */
final class SkeletonStore<T extends HasMetadata> implements ItemStore<T> {
  private final Map<String, T> skeletons = new ConcurrentHashMap<>();
  private final Supplier<T> empty;

  SkeletonStore(Supplier<T> empty) {
    this.empty = empty;
  }

  @Override
  public String getKey(T obj) {
    return Cache.metaNamespaceKeyFunc(obj);
  }

  @Override
  public T put(String key, T obj) {
    T skeleton = empty.get();
    skeleton.setMetadata(
        new ObjectMetaBuilder()
            .withName(obj.getMetadata().getName())
            .withNamespace(obj.getMetadata().getNamespace())
            .withUid(obj.getMetadata().getUid())
            .withResourceVersion(obj.getMetadata().getResourceVersion())
            .build());
    return skeletons.put(key, skeleton);
  }

  @Override
  public T remove(String key) {
    return skeletons.remove(key);
  }

  @Override
  public Stream<String> keySet() {
    return skeletons.keySet().stream();
  }

  @Override
  public Stream<T> values() {
    return skeletons.values().stream();
  }

  @Override
  public T get(String key) {
    return skeletons.get(key);
  }

  @Override
  public int size() {
    return skeletons.size();
  }

  @Override
  public boolean isFullState() {
    return false;
  }
}
