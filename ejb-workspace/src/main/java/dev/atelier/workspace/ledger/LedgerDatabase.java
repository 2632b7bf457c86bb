// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import dev.atelier.workspace.DataFolder;
import dev.atelier.workspace.domain.Format;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.Database;
import dev.atelier.workspace.store.Database.Schema;
import dev.atelier.workspace.store.Session;
import dev.atelier.workspace.store.Sessions;
import dev.atelier.workspace.store.StoreFailure;
import java.util.List;

/** The ledger's database: opened by the first who writes, so that no start waits for it. */
public final class LedgerDatabase implements AutoCloseable {
  static final Schema SCHEMA =
      new Schema(
          "the ledger",
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
  private volatile Database database;
  private volatile Sessions sessions;

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
    Sessions open = sessions;
    if (open == null) {
      throw WorkspaceFault.unavailable("the ledger is not open yet; try again in a moment");
    }
    try (Session session = open.open()) {
      return reading.from(session);
    } catch (StoreFailure e) {
      throw e.outOfReach("the ledger");
    }
  }

  /** Writes all of them in one transaction, or none. */
  void write(List<Ledger.Fact> facts) throws StoreFailure, WorkspaceFault {
    if (sessions == null) {
      open();
    }
    sessions.change(
        ATTEMPTS,
        session -> {
          for (Ledger.Fact fact : facts) {
            fact.write(session);
          }
        });
  }

  /** Whether it can be written just now, so that a fact that it refuses is itself at fault. */
  boolean takes() {
    Database open = database;
    return sessions != null && open != null && open.takes();
  }

  private synchronized void open() {
    if (database == null) {
      database = Database.open(settings.database(), folder, SCHEMA);
    }
    sessions = database.sessions("atelier-ledger");
  }

  @Override
  public synchronized void close() {
    if (sessions != null) {
      sessions.close();
      sessions = null;
    }
    if (database != null) {
      database.close();
      database = null;
    }
  }
}
