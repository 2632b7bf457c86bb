// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.WorkspaceFault;
import java.util.HashMap;
import java.util.Map;

/** Keeps who has heard what in memory, for as long as it is asked for; may be out of reach. */
public class MemoryHeardStore implements HeardStore {
  private final Map<String, HeardBy> heard = new HashMap<>();
  private boolean down;
  private int writes;

  /** Whether it is out of reach from now on. */
  public synchronized void down(boolean now) {
    down = now;
  }

  /** How often it was written. */
  public synchronized int writes() {
    return writes;
  }

  /** How many ends were heard, each counted once for each caller. */
  public synchronized int marks() {
    return heard.values().stream().mapToInt(by -> by.versions().size()).sum();
  }

  @Override
  public synchronized Map<String, Long> heardBy(String caller) throws WorkspaceFault {
    check();
    Map<String, Long> versions = new HashMap<>();
    heard.forEach(
        (id, by) -> {
          if (by.version(caller) > 0) {
            versions.put(id, by.version(caller));
          }
        });
    return versions;
  }

  @Override
  public synchronized void note(Map<String, HeardBy> more) throws WorkspaceFault {
    check();
    writes++;
    more.forEach((id, by) -> heard.merge(id, by, HeardBy::with));
  }

  private void check() throws WorkspaceFault {
    if (down) {
      throw WorkspaceFault.unavailable("out of reach, as the test wants it");
    }
  }
}
