// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.WorkspaceFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The connections that all stores share: closed underneath their callers, and opened again. */
final class SimulatedPool {
  private static final String WORDS =
      "the store of workspaces is out of reach at the moment: its connections are closed";

  private final World world;
  private final List<Runnable> returned = new ArrayList<>();
  private boolean open = true;

  SimulatedPool(World world) {
    this.world = world;
  }

  /** Refuses whoever calls while it is closed, also one who has begun before. */
  void use() throws WorkspaceFault {
    if (!open) {
      throw WorkspaceFault.unavailable(WORDS);
    }
  }

  boolean open() {
    return open;
  }

  /** Closes it for a while, unless it is. */
  void close() {
    if (open) {
      open = false;
      world.tell("store: the pool is closed");
      world.after(world.about(Duration.ofSeconds(5), Duration.ofMinutes(20), 0.3), this::reopen);
    }
  }

  /** Nothing that fails is left to come. */
  void reopen() {
    if (!open) {
      open = true;
      world.tell("store: the pool is open again");
      List.copyOf(returned).forEach(Runnable::run);
    }
  }

  void onReturn(Runnable listener) {
    returned.add(listener);
  }

  void processLost() {
    returned.clear();
  }
}
