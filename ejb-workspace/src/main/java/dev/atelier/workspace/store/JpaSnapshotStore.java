package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.WorkspaceFault;
import jakarta.persistence.EntityManagerFactory;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Snapshots in the database of the instances. One manager uses a database at a time. */
final class JpaSnapshotStore implements SnapshotStore {
  private static final int ATTEMPTS = 3;

  private final EntityManagerFactory entities;
  private final List<Consumer<Snapshot>> listeners = new CopyOnWriteArrayList<>();

  JpaSnapshotStore(EntityManagerFactory entities) {
    this.entities = entities;
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
    change(
        session -> {
          Optional<SnapshotRecord> known = session.find(SnapshotRecord.class, snapshot.id());
          if (known.isPresent()) {
            known.get().set(snapshot);
          } else {
            session.insert(new SnapshotRecord(snapshot));
          }
        });
    listeners.forEach(listener -> listener.accept(snapshot));
  }

  @Override
  public Optional<Snapshot> get(String id) throws WorkspaceFault {
    // What no database can hold is in none.
    if (id.indexOf('\0') >= 0) {
      return Optional.empty();
    }
    try (Session session = new Session(entities)) {
      return session.find(SnapshotRecord.class, id).map(SnapshotRecord::snapshot);
    } catch (StoreFailure e) {
      throw outOfReach(e);
    }
  }

  @Override
  public List<Snapshot> list() throws WorkspaceFault {
    try (Session session = new Session(entities)) {
      return session
          .query(SnapshotRecord.class, "select s from SnapshotRecord s order by s.createdAt, s.id")
          .stream()
          .map(SnapshotRecord::snapshot)
          .toList();
    } catch (StoreFailure e) {
      throw outOfReach(e);
    }
  }

  @Override
  public void delete(String id) throws WorkspaceFault {
    if (id.indexOf('\0') >= 0) {
      return;
    }
    change(session -> session.execute("delete from SnapshotRecord s where s.id = ?1", id));
  }

  @Override
  public void watch(Consumer<Snapshot> listener) {
    listeners.add(listener);
  }

  private void change(Session.Work work) throws WorkspaceFault {
    try {
      Session.change(entities, ATTEMPTS, work);
    } catch (StoreFailure e) {
      throw outOfReach(e);
    }
  }

  private static WorkspaceFault outOfReach(StoreFailure e) {
    return WorkspaceFault.unavailable("the store of snapshots is out of reach at the moment", e);
  }
}
