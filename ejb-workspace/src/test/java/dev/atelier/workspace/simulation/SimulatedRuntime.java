// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.runtime.WorkspaceRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Where simulated instances run. They live on when the manager's process is lost, as real processes
 * do; its commands may fail before or after they took effect; it tells of changes late, repeatedly,
 * in any order, and of changes that there are none of.
 */
final class SimulatedRuntime implements WorkspaceRuntime {
  private final World world;
  private final Simulation simulation;
  private final Map<String, SimulatedInstance> instances = new LinkedHashMap<>();
  private final Map<String, Instant> looks = new HashMap<>();
  private Consumer<String> listener = id -> {};
  private Ledger ledger;

  SimulatedRuntime(World world, Simulation simulation) {
    this.world = world;
    this.simulation = simulation;
  }

  void keepBooksIn(Ledger books) {
    this.ledger = books;
  }

  /** The process that used it is gone. */
  void processLost() {
    listener = id -> {};
    looks.clear();
  }

  /** Some of the work that it had begun is gone with it. */
  void managerLost() {
    instances.values().forEach(SimulatedInstance::managerLost);
  }

  /** When the present or last look at an instance began. */
  Instant lookBegan(String id) {
    return looks.getOrDefault(id, World.BEGINNING);
  }

  SimulatedInstance instance(String id) {
    return instances.get(id);
  }

  Collection<SimulatedInstance> all() {
    return instances.values();
  }

  /** What is seen, without being a look. */
  Observation peek(String id) {
    SimulatedInstance instance = instances.get(id);
    return instance == null ? Observation.ABSENT : instance.seen();
  }

  void vanish(SimulatedInstance instance) {
    if (instances.remove(instance.id(), instance)) {
      world.tell("runtime: %s vanishes", instance.id());
      ledger.vanished(instance.id());
      changed(instance.id());
    }
  }

  /** Tells of a change, once at least. */
  void changed(String id) {
    Duration lateness = simulation.temper().lateness();
    int times = world.chance(0.2) ? 2 + world.below(2) : 1;
    for (int i = 0; i < times; i++) {
      world.after(world.upTo(lateness), () -> listener.accept(id));
    }
  }

  @Override
  public void start(Collection<Workspace> known) throws WorkspaceFault {
    before("start", "all");
    simulation.copyLedger().runtimeStarts();
    Set<String> ids = new HashSet<>();
    known.forEach(workspace -> ids.add(workspace.id()));
    simulation.store().leftAlone().forEach(unreadable -> ids.add(unreadable.id()));
    for (SimulatedInstance instance : List.copyOf(instances.values())) {
      if (!ids.contains(instance.id())) {
        world.tell("runtime: %s is of nobody", instance.id());
        ledger.removedAsUnknown(instance);
        instances.remove(instance.id());
      }
    }
    simulation.others();
  }

  @Override
  public Observation observe(String id) {
    looks.put(id, world.now());
    simulation.others();
    return peek(id);
  }

  @Override
  public void launch(Workspace workspace) throws WorkspaceFault {
    String id = workspace.id();
    Instant look = lookBegan(id);
    before("launch", id);
    // Without its credentials nothing is made, and whoever has launched it has had them.
    if (!instances.containsKey(id)
        && simulation.store().holdsCredentials(id)
        && !simulation.store().leavesAlone(id)) {
      ledger.launched(workspace, look);
      world.tell("runtime: %s launched", id);
      SimulatedInstance instance = new SimulatedInstance(world, simulation, this, workspace);
      instances.put(id, instance);
      instance.begin();
      changed(id);
    }
    after("launch", id);
  }

  @Override
  public void terminate(String id, Duration grace) throws WorkspaceFault {
    before("terminate", id);
    SimulatedInstance instance = instances.get(id);
    if (instance != null) {
      ledger.terminated(id);
      instance.terminate(grace);
    }
    after("terminate", id);
  }

  @Override
  public void copy(Workspace workspace, Capture capture) throws WorkspaceFault {
    before("copy", workspace.id());
    SimulatedInstance instance = instances.get(workspace.id());
    if (instance != null) {
      instance.copies().begin(capture);
    }
    after("copy", workspace.id());
  }

  @Override
  public void dispose(Workspace workspace, Save save) throws WorkspaceFault {
    before("dispose", workspace.id());
    SimulatedInstance instance = instances.get(workspace.id());
    if (instance != null) {
      ledger.disposed(workspace.id(), save);
      instance.dispose(save);
    }
    after("dispose", workspace.id());
  }

  @Override
  public void remove(Workspace workspace) throws WorkspaceFault {
    before("remove", workspace.id());
    SimulatedInstance instance = instances.get(workspace.id());
    if (instance != null && (workspace.stopped() || instance.rejected())) {
      ledger.removed(instance);
      world.tell("runtime: %s removed", workspace.id());
      instances.remove(workspace.id());
      changed(workspace.id());
    }
    after("remove", workspace.id());
  }

  @Override
  public void watch(Consumer<String> to) {
    listener = to;
  }

  @Override
  public List<String> problems() {
    return List.of();
  }

  private void before(String command, String id) throws WorkspaceFault {
    simulation.others();
    // Who stood still meanwhile does not know that yet.
    Broken.unless(
        !simulation.store().leavesAlone(id) || simulation.behind(),
        "%s of %s, which is left alone",
        command,
        id);
    fail(command, id, "is not reached");
  }

  private void after(String command, String id) throws WorkspaceFault {
    simulation.maybeLost();
    fail(command, id, "does not answer");
    simulation.others();
  }

  private void fail(String command, String id, String how) throws WorkspaceFault {
    if (world.chance(simulation.temper().commandFaults() / 2)) {
      world.tell("runtime: %s %s %s", command, id, how);
      if (world.chance(0.1)) {
        throw new IllegalStateException("the runtime has a bug");
      }
      throw WorkspaceFault.unavailable("the runtime " + how);
    }
  }
}
