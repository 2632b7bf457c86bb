// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.WorkspaceFault;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/** Where the end of maintenance is kept over restarts. */
public interface MaintenanceRecord {

  /** Until when there is maintenance; empty: none was set. */
  Optional<Instant> read() throws WorkspaceFault;

  /** Keeps it; durable on return. */
  void write(Optional<Instant> until) throws WorkspaceFault;

  /**
   * Calls {@code listener} with every end that is set elsewhere, or here. It only enqueues, and
   * never throws.
   */
  default void watch(Consumer<Optional<Instant>> listener) {}
}
