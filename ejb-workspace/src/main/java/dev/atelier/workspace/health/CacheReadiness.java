// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.health;

import dev.atelier.workspace.reconcile.WorkspaceTracker;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Whether what the store holds was taken over. */
@Singleton
public class CacheReadiness implements ReadinessSource {
  private final WorkspaceTracker tracker;

  /** Asks this tracker. */
  @Inject
  public CacheReadiness(WorkspaceTracker tracker) {
    this.tracker = tracker;
  }

  @Override
  public String name() {
    return "caches";
  }

  @Override
  public Optional<String> problem() {
    return tracker.filled()
        ? Optional.empty()
        : Optional.of("the recorded instances are still being read");
  }
}
