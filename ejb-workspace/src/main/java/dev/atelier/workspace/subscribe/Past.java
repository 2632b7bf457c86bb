// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.subscribe;

import dev.atelier.workspace.domain.Workspace;
import java.util.List;

/** What a new subscriber is told of an instance that is known already. Pure, and quick. */
@FunctionalInterface
public interface Past {
  /** Nothing: changes only. */
  Past NOTHING = known -> List.of();

  /** Its present state. */
  Past PRESENT = List::of;

  /** The states of which is told, oldest first; {@code known} may be the last of them. */
  List<Workspace> of(Workspace known);
}
