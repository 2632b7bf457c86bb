// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import java.io.PrintWriter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Optional;
import javax.sql.DataSource;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.jdbcx.JdbcDataSource;
import org.h2.mvstore.MVStore;

/**
 * Connections to an H2 file that outlive H2's giving up. After a write that failed, as on a full
 * disk, H2 closes the file for good and goes on to hand out connections to what is closed; a commit
 * of a transaction that was open then says nothing and keeps nothing. Here such a commit fails,
 * connections of before are not valid, and the next one opens the file again.
 */
final class H2Source implements DataSource {
  private static final Logger LOG = System.getLogger(H2Source.class.getName());

  /** Whether the transaction was made is not known. */
  private static final String IN_DOUBT = "08007";

  private static final String CLOSED = "08003";

  private final JdbcDataSource source = new JdbcDataSource();
  private volatile Runnable gaveUp = () -> {};

  H2Source(Path file, int cacheKb) {
    if (file.toString().indexOf(';') >= 0) {
      throw new IllegalArgumentException(
          "atelier.data.directory must not contain a semicolon: " + file.getParent());
    }
    HeldFiles.register();
    source.setURL(
        "jdbc:h2:"
            + HeldFiles.SCHEME
            + ":"
            + file
            // A commit is handed to the operating system before it is answered.
            + ";WRITE_DELAY=0"
            // The store closes it; a hook of its own would race the server's shutdown.
            + ";DB_CLOSE_ON_EXIT=FALSE"
            // What goes wrong is told once, by the store, and not on the disk that is full.
            + ";TRACE_LEVEL_FILE=0"
            // Documents of usual size lie in their row, not beside it.
            + ";MAX_LENGTH_INPLACE_LOB=65536"
            + ";CACHE_SIZE="
            + cacheKb
            // More than there are statements: none is parsed twice on a connection.
            + ";QUERY_CACHE_SIZE=64");
    source.setUser("atelier");
    source.setPassword("");
  }

  /** Has {@code listener} called when the file was given up: every connection is of no use then. */
  void onGivingUp(Runnable listener) {
    gaveUp = listener;
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = source.getConnection();
    org.h2.engine.Database opened = opened(connection);
    Optional<Throwable> cause = givenUp(opened);
    if (cause.isPresent()) {
      discard(connection);
      throw new SQLException("the database has closed itself", CLOSED, cause.get());
    }
    return (Connection)
        Proxy.newProxyInstance(
            H2Source.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (self, method, arguments) -> answer(connection, opened, method, arguments));
  }

  private Object answer(
      Connection connection, org.h2.engine.Database opened, Method method, Object[] arguments)
      throws Throwable {
    Object answer;
    try {
      answer = method.invoke(connection, arguments);
    } catch (InvocationTargetException e) {
      Optional<Throwable> unused = givenUp(opened);
      throw e.getCause();
    }
    return switch (method.getName()) {
      case "isValid" -> (boolean) answer && givenUp(opened).isEmpty();
      case "commit" -> {
        Optional<Throwable> cause = givenUp(opened);
        if (cause.isPresent()) {
          throw new SQLException(
              "the database has closed itself in this commit", IN_DOUBT, cause.get());
        }
        yield answer;
      }
      case "rollback" -> {
        Optional<Throwable> unused = givenUp(opened);
        yield answer;
      }
      default -> answer;
    };
  }

  private static org.h2.engine.Database opened(Connection connection) throws SQLException {
    return ((SessionLocal) connection.unwrap(JdbcConnection.class).getSession()).getDatabase();
  }

  /** Why it is given up; empty while it is whole. */
  private Optional<Throwable> givenUp(org.h2.engine.Database opened) {
    return whole(opened) ? Optional.empty() : Optional.of(giveUp(opened));
  }

  /** Read after a commit, it is false where that has kept nothing: H2 closes in this order. */
  private static boolean whole(org.h2.engine.Database opened) {
    MVStore file = opened.getStore().getMvStore();
    return !opened.isClosing() && file.getPanicException() == null && !file.isClosed();
  }

  /** Has H2 let go of the file, so that the next connection opens it; answers why it closed. */
  private synchronized Throwable giveUp(org.h2.engine.Database opened) {
    Throwable cause = opened.getStore().getMvStore().getPanicException();
    if (!opened.isClosing()) {
      // Once for each: a second time would take the one that was opened since from H2's list.
      opened.shutdownImmediately();
      gaveUp.run();
    }
    return cause == null ? new SQLException("the file is closed", CLOSED) : cause;
  }

  private static void discard(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "a connection to a closed database could not be closed", e);
    }
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return source.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    source.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    source.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return source.getLoginTimeout();
  }

  @Override
  public java.util.logging.Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return source.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return source.isWrapperFor(type);
  }
}
