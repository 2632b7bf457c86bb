package dev.atelier.workspace.domain;

import java.util.Optional;

/**
 * An instance's visible state has changed. Events of one instance come in the order of its
 * versions. Whoever observes it only enqueues, and never throws.
 *
 * @param previous its state before; empty for a new one, or the first that is known of it
 * @param current its state now
 */
public record WorkspaceChanged(Optional<Workspace> previous, Workspace current) {

  /** Whether the phase is another than before. */
  public boolean phaseChanged() {
    return previous.map(before -> before.phase() != current.phase()).orElse(true);
  }
}
