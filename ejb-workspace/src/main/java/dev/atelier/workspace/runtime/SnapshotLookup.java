// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime;

import dev.atelier.workspace.domain.Snapshot;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Finds snapshots that an initializer names. */
@FunctionalInterface
public interface SnapshotLookup {
  /**
   * The snapshot once it is no longer under way; empty: nobody knows it. To be cancelled by whoever
   * waits no longer. What depends on it must not wait. Fails when the record cannot be reached.
   */
  CompletableFuture<Optional<Snapshot>> settled(String id);
}
