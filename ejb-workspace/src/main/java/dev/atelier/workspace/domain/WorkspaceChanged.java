// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.util.Optional;

/**
 * An instance's visible state has changed. Events of one instance come in the order of its
 * versions. Whoever observes it only enqueues, and never throws.
 *
 * @param previous its state before; empty for a new one, or the first that is known of it
 * @param current its state now
 * @param number grows with every change of any instance that this manager takes over
 */
public record WorkspaceChanged(Optional<Workspace> previous, Workspace current, long number) {

  /** The same change, and those that came between that state and this one. */
  public WorkspaceChanged since(Optional<Workspace> earlier) {
    return new WorkspaceChanged(earlier, current, number);
  }

  /** Whether the phase is another than before. */
  public boolean phaseChanged() {
    return previous.map(before -> before.phase() != current.phase()).orElse(true);
  }
}
