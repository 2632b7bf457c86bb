// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.SnapshotStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Records of snapshots that survive the process, with the faults of {@link SimulatedStore}. */
final class SimulatedSnapshots implements SnapshotStore {
  private final World world;
  private final Simulation simulation;
  private final Map<String, Snapshot> records = new LinkedHashMap<>();
  private final List<Consumer<Snapshot>> listeners = new ArrayList<>();

  SimulatedSnapshots(World world, Simulation simulation) {
    this.world = world;
    this.simulation = simulation;
  }

  /** What is recorded, read by nobody's leave; null when it is not known. */
  Snapshot record(String id) {
    return records.get(id);
  }

  Collection<Snapshot> all() {
    return records.values();
  }

  void processLost() {
    listeners.clear();
  }

  @Override
  public void create(Snapshot snapshot) throws WorkspaceFault {
    before("create", snapshot.id());
    if (records.putIfAbsent(snapshot.id(), snapshot) == null) {
      world.tell("snapshots: %s of %s begins", snapshot.id(), snapshot.instanceId());
    }
    answer();
  }

  @Override
  public void put(Snapshot snapshot) throws WorkspaceFault {
    before("put", snapshot.id());
    Snapshot recorded = records.get(snapshot.id());
    if (recorded != null && snapshot.yieldsTo(recorded)) {
      world.tell("snapshots: %s is whole, and stays so", snapshot.id());
      answer();
      return;
    }
    simulation.copyLedger().recorded(records.put(snapshot.id(), snapshot), snapshot);
    world.tell(
        "snapshots: %s of %s is %s %s",
        snapshot.id(), snapshot.instanceId(), snapshot.state(), snapshot.message());
    if (simulation.behind()) {
      // The manager that has gone on is told, whatever becomes of the one that wrote.
      listeners.forEach(listener -> listener.accept(snapshot));
      answer();
      return;
    }
    answer();
    listeners.forEach(listener -> listener.accept(snapshot));
    simulation.others();
  }

  @Override
  public Optional<Snapshot> get(String id) throws WorkspaceFault {
    before("get", id);
    Optional<Snapshot> found = Optional.ofNullable(records.get(id));
    simulation.others();
    return found;
  }

  @Override
  public List<Snapshot> list() throws WorkspaceFault {
    before("list", "all");
    return List.copyOf(records.values());
  }

  @Override
  public void delete(String id) throws WorkspaceFault {
    before("delete", id);
    records.remove(id);
    answer();
  }

  @Override
  public void watch(Consumer<Snapshot> listener) {
    listeners.add(listener);
  }

  private void before(String call, String id) throws WorkspaceFault {
    simulation.others();
    simulation.store().pool().use();
    if (world.chance(simulation.temper().storeFaults())) {
      world.tell("snapshots: %s %s fails", call, id);
      throw WorkspaceFault.unavailable("the store is away");
    }
  }

  /** The change is durable; nobody is told of it when its answer is lost. */
  private void answer() throws WorkspaceFault {
    simulation.maybeLost();
    if (world.chance(simulation.temper().doubtfulWrites())) {
      world.tell("snapshots: that write's answer is lost");
      throw WorkspaceFault.unavailable("the store was lost while it answered");
    }
    world.others(simulation.temper().interleaving() / 2, simulation.temper().slowness());
  }
}
