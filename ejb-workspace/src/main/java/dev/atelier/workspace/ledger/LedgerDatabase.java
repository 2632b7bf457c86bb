package dev.atelier.workspace.ledger;

import dev.atelier.workspace.DataFolder;
import dev.atelier.workspace.domain.Format;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.Database;
import dev.atelier.workspace.store.Database.Schema;
import dev.atelier.workspace.store.Session;
import dev.atelier.workspace.store.StoreFailure;
import jakarta.persistence.EntityManagerFactory;
import java.util.List;

/** The ledger's database: opened by the first who writes, so that no start waits for it. */
public final class LedgerDatabase implements AutoCloseable {
  private static final Schema SCHEMA =
      new Schema(
          "atelier-ledger",
          "ledger",
          4_096,
          "dev/atelier/workspace/ledger/migrations",
          "ledger_schema_history",
          Format.LEDGER);

  /** Others may have written the same. */
  private static final int ATTEMPTS = 5;

  private final LedgerSettings settings;
  private final DataFolder folder;
  private Database database;
  private volatile EntityManagerFactory entities;

  /** Not open yet. */
  public LedgerDatabase(LedgerSettings settings, DataFolder folder) {
    this.settings = settings;
    this.folder = folder;
  }

  LedgerSettings settings() {
    return settings;
  }

  /** Something that is read in one transaction. */
  @FunctionalInterface
  interface Reading<T> {
    T from(Session session) throws StoreFailure;
  }

  /** What {@code reading} makes of it; UNAVAILABLE when it is out of reach. */
  <T> T read(Reading<T> reading) throws WorkspaceFault {
    EntityManagerFactory open = entities;
    if (open == null) {
      throw WorkspaceFault.unavailable("the ledger is not open yet; try again in a moment");
    }
    try (Session session = new Session(open)) {
      return reading.from(session);
    } catch (StoreFailure e) {
      throw WorkspaceFault.unavailable("the ledger is out of reach at the moment", e);
    }
  }

  /** Writes all of them in one transaction, or none. */
  void write(List<Ledger.Fact> facts) throws StoreFailure, WorkspaceFault {
    if (entities == null) {
      open();
    }
    Session.change(
        entities,
        ATTEMPTS,
        session -> {
          for (Ledger.Fact fact : facts) {
            fact.write(session);
          }
        });
  }

  /** Whether it can be read just now. */
  boolean answers() {
    try {
      read(session -> session.page(String.class, "select u.instance from UsageRecord u", 0, 1));
      return true;
    } catch (WorkspaceFault e) {
      return false;
    }
  }

  private synchronized void open() {
    if (database == null) {
      database = Database.open(settings.database(), folder, SCHEMA);
    }
    entities = Database.entities("atelier-ledger", database.dataSource());
  }

  @Override
  public synchronized void close() {
    if (entities != null) {
      entities.close();
      entities = null;
    }
    if (database != null) {
      database.close();
      database = null;
    }
  }
}
