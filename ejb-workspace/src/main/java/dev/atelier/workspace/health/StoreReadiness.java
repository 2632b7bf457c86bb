// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.health;

import dev.atelier.workspace.store.WorkspaceStore;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Whether instances can be recorded. */
@Singleton
public class StoreReadiness implements ReadinessSource {
  private final WorkspaceStore store;

  /** Asks this store. */
  @Inject
  public StoreReadiness(WorkspaceStore store) {
    this.store = store;
  }

  @Override
  public String name() {
    return "store";
  }

  @Override
  public Optional<String> problem() {
    return store.problem();
  }
}
