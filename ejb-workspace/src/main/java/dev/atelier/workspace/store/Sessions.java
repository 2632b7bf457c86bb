// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import jakarta.persistence.EntityManagerFactory;
import java.util.Optional;

/** Opens sessions of a persistence unit on a database, unless that is known to be out of reach. */
public final class Sessions implements AutoCloseable {
  private final EntityManagerFactory factory;
  private final Outage outage;

  Sessions(EntityManagerFactory factory, Outage outage) {
    this.factory = factory;
    this.outage = outage;
  }

  /**
   * Begins a transaction.
   *
   * @throws StoreFailure FAILED at once while the database is out of reach
   */
  public Session open() throws StoreFailure {
    Optional<String> problem = outage.problem();
    if (problem.isPresent()) {
      // Nobody waits for what is known, and only who watches the database tries it.
      throw new StoreFailure(StoreFailure.Kind.FAILED, null, problem);
    }
    return new Session(factory, outage);
  }

  /** What is done in one transaction, again from its beginning where others were faster. */
  @FunctionalInterface
  public interface Work {
    /** Reads and writes; never commits. */
    void run(Session session) throws StoreFailure;
  }

  /**
   * Does work and makes it durable, all of it or nothing.
   *
   * @param attempts how often at most while others write the same; positive
   * @throws StoreFailure STALE or DUPLICATE after the last attempt, FAILED or DOUBTFUL after any
   */
  public void change(int attempts, Work work) throws StoreFailure {
    for (int attempt = 1; ; attempt++) {
      try (Session session = open()) {
        work.run(session);
        session.commit();
        return;
      } catch (StoreFailure e) {
        // Whoever came first is read by the next attempt.
        boolean again =
            switch (e.kind()) {
              case STALE, DUPLICATE -> attempt < attempts;
              case FAILED, DOUBTFUL -> false;
            };
        if (!again) {
          throw e;
        }
      }
    }
  }

  @Override
  public void close() {
    factory.close();
  }
}
