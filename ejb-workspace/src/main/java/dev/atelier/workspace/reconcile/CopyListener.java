// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Workspace;
import java.time.Duration;
import java.util.Optional;

/** Is told what came of copies of living instances. It never waits and never throws. */
@FunctionalInterface
public interface CopyListener {
  /**
   * A copy is over, and that is recorded.
   *
   * @param took how long it was made; empty when it was never begun
   */
  void over(Workspace workspace, Capture.Outcome outcome, Optional<Duration> took);
}
