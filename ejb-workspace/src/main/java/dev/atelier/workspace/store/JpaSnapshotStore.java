// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.WorkspaceFault;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Snapshots in the database of the instances. One manager uses a database at a time. */
final class JpaSnapshotStore implements SnapshotStore {
  private static final Logger LOG = System.getLogger(JpaSnapshotStore.class.getName());
  private static final int ATTEMPTS = 3;

  private final Sessions sessions;

  /** Ids of snapshots whose records cannot be read here, which was told. */
  private final Set<String> leftAlone = ConcurrentHashMap.newKeySet();

  private final List<Consumer<Snapshot>> listeners = new CopyOnWriteArrayList<>();

  JpaSnapshotStore(Sessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public void create(Snapshot snapshot) throws WorkspaceFault {
    change(
        session -> {
          if (session.find(SnapshotRecord.class, snapshot.id()).isEmpty()) {
            session.insert(new SnapshotRecord(snapshot));
          }
        });
  }

  @Override
  public void put(Snapshot snapshot) throws WorkspaceFault {
    requireReadable(snapshot.id());
    AtomicBoolean yields = new AtomicBoolean();
    change(
        session -> {
          Optional<SnapshotRecord> known = session.lock(SnapshotRecord.class, snapshot.id());
          yields.set(known.isPresent() && !known.get().take(snapshot));
          if (known.isEmpty()) {
            session.insert(new SnapshotRecord(snapshot));
          }
        });
    if (!yields.get()) {
      listeners.forEach(listener -> listener.accept(snapshot));
    }
  }

  @Override
  public Optional<Snapshot> get(String id) throws WorkspaceFault {
    // What no database can hold is in none.
    if (id.indexOf('\0') >= 0) {
      return Optional.empty();
    }
    try (Session session = sessions.open()) {
      Optional<SnapshotRecord> found = session.find(SnapshotRecord.class, id);
      return found.isEmpty() ? Optional.empty() : Optional.of(found.get().snapshot());
    } catch (StoreFailure e) {
      throw outOfReach(e);
    }
  }

  @Override
  public List<Snapshot> list() throws WorkspaceFault {
    try (Session session = sessions.open()) {
      List<Snapshot> all = new ArrayList<>();
      for (SnapshotRecord found :
          session.query(
              SnapshotRecord.class, "select s from SnapshotRecord s order by s.createdAt, s.id")) {
        try {
          all.add(found.snapshot());
        } catch (WorkspaceFault unreadable) {
          Level level = leftAlone.add(found.id()) ? Level.WARNING : Level.DEBUG;
          LOG.log(level, "{0}", unreadable.getMessage());
        }
      }
      return all;
    } catch (StoreFailure e) {
      throw outOfReach(e);
    }
  }

  @Override
  public void delete(String id) throws WorkspaceFault {
    if (id.indexOf('\0') >= 0) {
      return;
    }
    requireReadable(id);
    change(session -> session.execute("delete from SnapshotRecord s where s.id = ?1", id));
  }

  @Override
  public void watch(Consumer<Snapshot> listener) {
    listeners.add(listener);
  }

  /** What only a newer version may touch is not changed here. */
  private void requireReadable(String id) throws WorkspaceFault {
    Optional<Snapshot> unused = get(id);
  }

  private void change(Sessions.Work work) throws WorkspaceFault {
    try {
      sessions.change(ATTEMPTS, work);
    } catch (StoreFailure e) {
      throw outOfReach(e);
    }
  }

  private static WorkspaceFault outOfReach(StoreFailure e) {
    return e.outOfReach("the store of snapshots");
  }
}
