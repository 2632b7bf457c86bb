// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.Save;
import java.time.Instant;

/** What is known of one instance beside its record: what was answered and what was done. */
final class Life {
  final Instant createdAt;

  /** When its record last changed. */
  Instant changedAt;

  /** When the present process was told of a stop of it. */
  Instant stopToldAt = Instant.MAX;

  /** The last activity that a client was told is noted. */
  Instant active = Instant.MIN;

  /** The first activity since then that may be noted, though its client was refused. */
  Instant tried = Instant.MAX;

  int launches;
  int relaunches;
  Save saved;
  boolean vanished;
  boolean stopTried;
  boolean abortTried;

  Life(Instant createdAt) {
    this.createdAt = createdAt;
    this.changedAt = createdAt;
  }
}
