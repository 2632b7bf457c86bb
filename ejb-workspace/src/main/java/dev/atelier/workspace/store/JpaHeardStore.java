// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.WorkspaceFault;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who has heard what, in the database of the instances. One manager uses a database at a time. */
final class JpaHeardStore implements HeardStore {
  /** As often as other managers may be faster. */
  private static final int ATTEMPTS = 30;

  private final Sessions sessions;

  JpaHeardStore(Sessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public Map<String, Long> heardBy(String caller) throws WorkspaceFault {
    try (Session session = sessions.open()) {
      Map<String, Long> versions = new HashMap<>();
      for (HeardRecord found : session.query(HeardRecord.class, "select h from HeardRecord h")) {
        long version = found.heardBy().version(caller);
        if (version > 0) {
          versions.put(found.instanceId(), version);
        }
      }
      return versions;
    } catch (StoreFailure e) {
      throw outOfReach(e);
    }
  }

  /** In one transaction, though it be of many instances. */
  @Override
  public void note(Map<String, HeardBy> heard) throws WorkspaceFault {
    try {
      sessions.change(
          ATTEMPTS,
          session -> {
            for (Map.Entry<String, HeardBy> one : heard.entrySet()) {
              note(session, one.getKey(), one.getValue());
            }
          });
    } catch (StoreFailure e) {
      throw outOfReach(e);
    }
  }

  private static void note(Session session, String id, HeardBy heard) throws StoreFailure {
    List<Long> version =
        session.query(
            Long.class, "select i.statusVersion from InstanceRecord i where i.id = ?1", id);
    if (version.isEmpty() || heard.newest() > version.get(0)) {
      return;
    }
    Optional<HeardRecord> found = session.find(HeardRecord.class, id);
    if (found.isPresent()) {
      found.get().set(found.get().heardBy().with(heard));
    } else {
      session.insert(new HeardRecord(id, heard));
    }
  }

  private static WorkspaceFault outOfReach(StoreFailure e) {
    return e.outOfReach("the store of what callers have heard");
  }
}
