// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.FlushModeType;
import jakarta.persistence.LockModeType;
import jakarta.persistence.OptimisticLockException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One transaction, from its opening to {@link #commit}; closed without one, nothing is changed. It
 * translates what JPA throws, so that it never takes a fault of a caller's code for the database's.
 */
public final class Session implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Session.class.getName());

  private static final String UNIQUE_VIOLATION = "23505";

  /** Serialization failure, deadlocks, H2's lock timeout and concurrent update. */
  private static final Set<String> STALE = Set.of("40001", "40P01", "HYT00", "90131");

  private final EntityManager entities;
  private final Outage outage;

  /** Opens it. */
  Session(EntityManagerFactory factory, Outage outage) throws StoreFailure {
    this.outage = outage;
    this.entities = translated(factory::createEntityManager);
    try {
      run(() -> entities.getTransaction().begin());
    } catch (StoreFailure e) {
      close();
      throw e;
    }
  }

  /** The entity of that id. */
  public <T> Optional<T> find(Class<T> type, Object id) throws StoreFailure {
    return Optional.ofNullable(translated(() -> entities.find(type, id)));
  }

  /** Like {@link #find}; others who lock or write it wait until this session ends. */
  public <T> Optional<T> lock(Class<T> type, Object id) throws StoreFailure {
    return Optional.ofNullable(
        translated(() -> entities.find(type, id, LockModeType.PESSIMISTIC_WRITE)));
  }

  /** What a query of one column or entity answers; its parameters are numbered from 1. */
  public <T> List<T> query(Class<T> type, String query, Object... parameters) throws StoreFailure {
    return page(type, query, 0, Integer.MAX_VALUE, parameters);
  }

  /** Like {@link #query}, but only so many rows after the first few. */
  public <T> List<T> page(Class<T> type, String query, int offset, int limit, Object... parameters)
      throws StoreFailure {
    return translated(
        () -> {
          var typed = entities.createQuery(query, type);
          for (int i = 0; i < parameters.length; i++) {
            typed.setParameter(i + 1, parameters[i]);
          }
          if (limit < Integer.MAX_VALUE) {
            typed.setFirstResult(offset).setMaxResults(limit);
          }
          return typed.getResultList();
        });
  }

  /** The rows of a query in SQL, each of several columns; its parameters are numbered from 1. */
  public List<Object[]> rows(String sql, Object... parameters) throws StoreFailure {
    return translated(
        () -> {
          var query = entities.createNativeQuery(sql);
          for (int i = 0; i < parameters.length; i++) {
            query.setParameter(i + 1, parameters[i]);
          }
          return ((List<?>) query.getResultList()).stream().map(Object[].class::cast).toList();
        });
  }

  /**
   * Runs an update or delete of many and answers how many it met. It does not see what is still to
   * be written by {@link #commit}.
   */
  public int execute(String statement, Object parameter) throws StoreFailure {
    return translated(
        () ->
            entities
                .createQuery(statement)
                .setFlushMode(FlushModeType.COMMIT)
                .setParameter(1, parameter)
                .executeUpdate());
  }

  /** Inserts with the commit, in the order that {@link StoreSession} knows. */
  public void insert(Object entity) throws StoreFailure {
    run(() -> entities.persist(entity));
  }

  /** Makes it durable. */
  public void commit() throws StoreFailure {
    run(entities::flush);
    try {
      entities.getTransaction().commit();
    } catch (RuntimeException e) {
      throw new StoreFailure(StoreFailure.Kind.DOUBTFUL, e, outage.note(e));
    }
  }

  @Override
  public void close() {
    try {
      if (entities.getTransaction().isActive()) {
        entities.getTransaction().rollback();
      }
      entities.close();
    } catch (RuntimeException e) {
      // The connection is lost and the transaction with it: what matters was thrown before.
      LOG.log(Level.DEBUG, "a transaction could not be rolled back", e);
    }
  }

  private void run(Runnable work) throws StoreFailure {
    translated(
        () -> {
          work.run();
          return null;
        });
  }

  private <T> T translated(Supplier<T> work) throws StoreFailure {
    try {
      return work.get();
    } catch (RuntimeException e) {
      StoreFailure.Kind kind = kind(e);
      throw new StoreFailure(
          kind, e, kind == StoreFailure.Kind.FAILED ? outage.note(e) : Optional.empty());
    }
  }

  private static StoreFailure.Kind kind(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof OptimisticLockException) {
        return StoreFailure.Kind.STALE;
      }
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        if (sql.getSQLState().equals(UNIQUE_VIOLATION)) {
          return StoreFailure.Kind.DUPLICATE;
        }
        if (STALE.contains(sql.getSQLState())) {
          return StoreFailure.Kind.STALE;
        }
      }
    }
    return StoreFailure.Kind.FAILED;
  }
}
