// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The same token each time, and snapshots counted from 1.
 *
 * @param ownerToken of every instance
 * @param snapshots how many ids were given out
 */
public record FixedRandomness(String ownerToken, AtomicInteger snapshots) implements Randomness {
  /** With that token. */
  public FixedRandomness(String ownerToken) {
    this(ownerToken, new AtomicInteger());
  }

  @Override
  public String snapshotId() {
    return "%032x".formatted(snapshots.incrementAndGet());
  }
}
