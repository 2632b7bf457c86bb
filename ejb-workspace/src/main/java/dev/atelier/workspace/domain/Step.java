// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the lifecycle decides of an instance at one moment.
 *
 * @param workspace its state from now on; the same object where nothing changed
 * @param actions what has to be done once that state is recorded and no further step changes it
 * @param next when to look at it again if nothing happens before
 */
public record Step(Workspace workspace, List<Action> actions, Optional<Instant> next) {
  /** Copies what was given. */
  public Step {
    actions = List.copyOf(actions);
  }
}
