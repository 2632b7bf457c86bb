// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import java.time.Instant;

/** Wakes the reconciler: at most one time a instance, the last that was armed. */
public interface Deadlines {

  /** Has the instance reconciled at {@code when}, or at once when that has passed. */
  void arm(String id, Instant when);

  /** Drops what was armed. */
  void disarm(String id);
}
