// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.HeardBy;
import dev.atelier.workspace.store.HeardStore;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who has heard which ends, kept with the records of {@link SimulatedStore} and with its faults.
 */
final class SimulatedHeard implements HeardStore {
  private final World world;
  private final Simulation simulation;
  private final Map<String, HeardBy> heard = new LinkedHashMap<>();

  SimulatedHeard(World world, Simulation simulation) {
    this.world = world;
    this.simulation = simulation;
  }

  /** The newest version of which a caller's note is durable; 0: none is. */
  long noted(String id, String caller) {
    HeardBy by = heard.get(id);
    return by == null ? 0 : by.version(caller);
  }

  /** Goes with the record of its instance. */
  void forget(String id) {
    heard.remove(id);
  }

  @Override
  public Map<String, Long> heardBy(String caller) throws WorkspaceFault {
    before("heardBy");
    Map<String, Long> versions = new HashMap<>();
    heard.forEach(
        (id, by) -> {
          if (by.version(caller) > 0) {
            versions.put(id, by.version(caller));
          }
        });
    simulation.others();
    return versions;
  }

  @Override
  public void note(Map<String, HeardBy> more) throws WorkspaceFault {
    before("note");
    more.forEach(
        (id, by) -> {
          Workspace record = simulation.store().record(id);
          if (record != null && by.newest() <= record.version()) {
            heard.merge(id, by, HeardBy::with);
          }
        });
    simulation.maybeLost();
    if (world.chance(simulation.temper().doubtfulWrites())) {
      throw WorkspaceFault.unavailable("the store was lost while it answered");
    }
    simulation.others();
  }

  private void before(String call) throws WorkspaceFault {
    simulation.others();
    simulation.store().pool().use();
    if (world.chance(simulation.temper().storeFaults())) {
      world.tell("heard endings: %s fails", call);
      throw WorkspaceFault.unavailable("the store is away");
    }
  }
}
