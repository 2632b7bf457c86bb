// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.time.Duration;

/** How a stop treats processes and content. The order of the constants is that of harshness. */
public enum StopPolicy {
  /** 30 s of grace for its processes, then the final backup. */
  NORMALLY(Duration.ofSeconds(30)),
  /** 1 s of grace, then the final backup. */
  IMMEDIATELY(Duration.ofSeconds(1)),
  /** 1 s of grace and no final backup. */
  ABORT(Duration.ofSeconds(1));

  private final Duration grace;

  StopPolicy(Duration grace) {
    this.grace = grace;
  }

  /** The time between TERM and KILL. */
  public Duration grace() {
    return grace;
  }

  /** The harsher of both. */
  public StopPolicy or(StopPolicy other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
