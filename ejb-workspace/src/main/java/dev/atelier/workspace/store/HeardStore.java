// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.WorkspaceFault;
import java.util.Map;

/**
 * Where it is kept which callers have heard of the ends of which instances: with the instances, and
 * no longer than they are. Nobody who watches instances is told of it, and no status changes by it.
 * Both methods throw UNAVAILABLE when the store cannot be reached.
 */
public interface HeardStore {

  /**
   * What a caller has heard.
   *
   * @param caller its key
   * @return the newest version, by the instance; only of instances of whose end it has heard
   */
  Map<String, Long> heardBy(String caller) throws WorkspaceFault;

  /**
   * Adds to what is known, by the instance; an older version changes nothing. Left out are
   * instances that are not known any more, and those that have not come so far: others with the id
   * of one that was forgotten. When it throws, any part of it may have been added.
   */
  void note(Map<String, HeardBy> heard) throws WorkspaceFault;
}
