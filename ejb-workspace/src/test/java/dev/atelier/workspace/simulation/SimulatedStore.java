// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.store.WorkspaceStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A durable store: what is written survives the loss of the process. It may fail before a change or
 * after it; only then does it tell of the change late, and always in order for each instance.
 */
final class SimulatedStore implements WorkspaceStore {
  private final World world;
  private final Simulation simulation;
  private final Map<String, Workspace> records = new LinkedHashMap<>();
  private final Map<String, WorkspaceSecrets> secrets = new HashMap<>();
  private final Map<String, Queue<StoreChange>> late = new LinkedHashMap<>();
  private final List<Consumer<StoreChange>> listeners = new ArrayList<>();
  private final SimulatedPool pool;
  private final ForeignRecords foreign;
  private Ledger ledger;

  SimulatedStore(World world, Simulation simulation) {
    this.world = world;
    this.simulation = simulation;
    this.pool = new SimulatedPool(world);
    this.foreign = new ForeignRecords(world);
  }

  void keepBooksIn(Ledger books) {
    this.ledger = books;
  }

  /** What is recorded, read by nobody's leave. */
  Workspace record(String id) {
    return records.get(id);
  }

  Collection<Workspace> all() {
    return records.values();
  }

  /** Another version runs, while this one does not. */
  void passThroughOthers() {
    foreign.passThroughOthers(records.values(), simulation.temper().otherVersions());
  }

  @Override
  public boolean leavesAlone(String id) {
    return foreign.leavesAlone(id);
  }

  boolean holdsCredentials(String id) {
    WorkspaceSecrets held = secrets.get(id);
    return held != null && held.initializer().isPresent();
  }

  /** Whether a change was made that nobody was told of yet. */
  boolean owesNews(String id) {
    return late.containsKey(id);
  }

  /** The instances of which that is so. */
  Set<String> owed() {
    return late.keySet();
  }

  /** What it goes through to its records, as all stores do. */
  SimulatedPool pool() {
    return pool;
  }

  /** The process that used it is lost. */
  void processLost() {
    pool.processLost();
    listeners.clear();
    late.clear();
  }

  @Override
  public void create(Workspace workspace, WorkspaceSecrets secret) throws WorkspaceFault {
    before("create", workspace.id());
    settle(workspace.id());
    if (simulation.behind() && ledger.life(workspace.id()) != null) {
      // It may be forgotten by now and its id free again; the books know one life of an id.
      throw WorkspaceFault.unavailable("the store is away");
    }
    if (records.containsKey(workspace.id())) {
      throw WorkspaceFault.alreadyExists("id " + workspace.id() + " is taken");
    }
    for (Workspace other : records.values()) {
      if (!other.stopped() && other.spec().metaId().equals(workspace.spec().metaId())) {
        throw WorkspaceFault.alreadyExists("meta id is taken by " + other.id());
      }
    }
    records.put(workspace.id(), workspace);
    secrets.put(workspace.id(), secret);
    world.tell("store: %s recorded", workspace.id());
    ledger.created(workspace);
    written(new StoreChange(workspace.id(), Optional.of(workspace)));
  }

  @Override
  public Optional<Workspace> get(String id) throws WorkspaceFault {
    before("get", id);
    readable(id);
    settle(id);
    return Optional.ofNullable(records.get(id));
  }

  @Override
  public List<Workspace> list() throws WorkspaceFault {
    before("list", "all");
    List.copyOf(late.keySet()).forEach(this::settle);
    List<Workspace> all = records.values().stream().filter(w -> !leavesAlone(w.id())).toList();
    simulation.others();
    return all;
  }

  @Override
  public Collection<LeftAlone> leftAlone() {
    return List.copyOf(foreign.leftAlone());
  }

  private void readable(String id) throws WorkspaceFault {
    if (leavesAlone(id)) {
      throw WorkspaceFault.unavailable(foreign.reason(id));
    }
  }

  @Override
  public Optional<WorkspaceSecrets> secrets(String id) throws WorkspaceFault {
    before("secrets", id);
    readable(id);
    return Optional.ofNullable(secrets.get(id));
  }

  @Override
  public Optional<Workspace> update(String id, Workspace.Change change) throws WorkspaceFault {
    before("update", id);
    readable(id);
    settle(id);
    Workspace before = records.get(id);
    if (before == null) {
      return Optional.empty();
    }
    Workspace after = before.after(change);
    if (after.equals(before)) {
      return Optional.of(after);
    }
    if (world.chance(0.01)) {
      Broken.unless(
          before.after(change).equals(after), "a change of %s gives another result again", id);
    }
    records.put(id, after);
    foreign.changed(before, after);
    if (!after.status().progress().credentialsHeld()) {
      secrets.computeIfPresent(id, (key, held) -> held.withoutCredentials());
    }
    if (world.story().wanted()) {
      world.tell("store: %s is now %s", id, Story.of(before, after));
    }
    ledger.changed(before, after);
    simulation.copyLedger().changed(before, after);
    written(new StoreChange(id, Optional.of(after)));
    return Optional.of(after);
  }

  @Override
  public void delete(String id) throws WorkspaceFault {
    before("delete", id);
    readable(id);
    settle(id);
    Workspace forgotten = records.remove(id);
    if (forgotten != null) {
      secrets.remove(id);
      simulation.heard().forget(id);
      foreign.deleted(id);
      world.tell("store: %s forgotten", id);
      ledger.deleted(forgotten);
      written(new StoreChange(id, Optional.empty()));
    }
  }

  @Override
  public void watch(Consumer<StoreChange> listener) {
    listeners.add(listener);
  }

  @Override
  public Optional<String> problem() {
    return pool.open() ? Optional.empty() : Optional.of("its connections are closed");
  }

  @Override
  public void onReturn(Runnable listener) {
    pool.onReturn(listener);
  }

  private void before(String call, String id) throws WorkspaceFault {
    simulation.others();
    pool.use();
    if (world.chance(simulation.temper().storeFaults())) {
      world.tell("store: %s %s fails", call, id);
      throw WorkspaceFault.unavailable("the store is away");
    }
  }

  /** The change is durable; now the process may be lost, or learn of it late. */
  private void written(StoreChange change) throws WorkspaceFault {
    if (simulation.behind()) {
      // The manager that has gone on is told, whatever becomes of the one that wrote.
      settle(change.id());
      deliver(change);
      simulation.maybeLost();
      return;
    }
    simulation.maybeLost();
    Queue<StoreChange> owed = late.get(change.id());
    boolean cut = simulation.temper().closings() > 0 && world.chance(0.002);
    if (cut) {
      pool.close();
    }
    if (cut || world.chance(simulation.temper().doubtfulWrites())) {
      if (owed == null) {
        late.put(change.id(), new ArrayDeque<>(List.of(change)));
        String id = change.id();
        int process = simulation.processes();
        world.after(world.upTo(Duration.ofSeconds(20)), () -> settleLate(id, process));
      } else {
        owed.add(change);
      }
      world.tell("store: that write's answer is lost");
      throw WorkspaceFault.unavailable("the store was lost while it answered");
    }
    settle(change.id());
    deliver(change);
    simulation.others();
  }

  private void settleLate(String id, int process) {
    if (process != simulation.processes()) {
      return;
    }
    if (pool.open()) {
      settle(id);
    } else {
      world.after(world.upTo(Duration.ofSeconds(20)), () -> settleLate(id, process));
    }
  }

  private void settle(String id) {
    Queue<StoreChange> owed = late.remove(id);
    if (owed != null) {
      owed.forEach(this::deliver);
    }
  }

  private void deliver(StoreChange change) {
    if (!listeners.isEmpty()) {
      ledger.told(change);
      listeners.forEach(listener -> listener.accept(change));
    }
  }
}
