// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.subscribe;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The ends of instances of which a caller has not heard: for each the STOPPING that has its
 * snapshot, and the STOPPED.
 *
 * @param heard the newest version of an end that the caller has heard, by the instance
 */
record UnheardEndings(Map<String, Long> heard) implements Past {

  @Override
  public List<Workspace> of(Workspace known) {
    long newest = heard.getOrDefault(known.id(), 0L);
    return Stream.concat(known.passed().stream(), Stream.of(known))
        .filter(UnheardEndings::isEnding)
        .filter(state -> state.version() > newest)
        .toList();
  }

  /** Whether nobody who has to know how instances end may miss this state. */
  static boolean isEnding(Workspace state) {
    return state.stopped()
        || (state.phase() == Phase.STOPPING && !state.status().conditions().snapshot().isEmpty());
  }
}
