// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.Snapshot;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Snapshots in memory. */
public class MemorySnapshotStore implements SnapshotStore {
  private final Map<String, Snapshot> snapshots = new ConcurrentHashMap<>();
  private final List<Consumer<Snapshot>> listeners = new CopyOnWriteArrayList<>();

  @Override
  public void create(Snapshot snapshot) {
    snapshots.putIfAbsent(snapshot.id(), snapshot);
  }

  @Override
  public void put(Snapshot snapshot) {
    Snapshot recorded = snapshots.get(snapshot.id());
    if (recorded != null && snapshot.yieldsTo(recorded)) {
      return;
    }
    snapshots.put(snapshot.id(), snapshot);
    listeners.forEach(listener -> listener.accept(snapshot));
  }

  @Override
  public Optional<Snapshot> get(String id) {
    return Optional.ofNullable(snapshots.get(id));
  }

  @Override
  public List<Snapshot> list() {
    return snapshots.values().stream().sorted(Comparator.comparing(Snapshot::createdAt)).toList();
  }

  @Override
  public void delete(String id) {
    snapshots.remove(id);
  }

  @Override
  public void watch(Consumer<Snapshot> listener) {
    listeners.add(listener);
  }
}
