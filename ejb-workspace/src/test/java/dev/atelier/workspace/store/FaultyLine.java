// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** A line to a database that can be cut, and that counts the commits that went through it. */
final class FaultyLine {
  /** What the line does. */
  enum State {
    /** Works. */
    UP,
    /** Nobody answers. */
    DOWN,
    /** Breaks after the next commit has been made and before that is answered. */
    BREAKS_IN_COMMIT
  }

  private static final String SECRET = "jdbc-internals";

  private final DataSource whole;
  private final AtomicInteger commits = new AtomicInteger();
  private volatile State state = State.UP;

  FaultyLine(DataSource whole) {
    this.whole = whole;
  }

  void set(State next) {
    state = next;
  }

  int commits() {
    return commits.get();
  }

  DataSource dataSource() {
    return proxy(
        DataSource.class,
        (method, arguments) -> {
          if (!method.getName().equals("getConnection")) {
            return invoke(whole, method, arguments);
          }
          if (state == State.DOWN) {
            throw new SQLException("connection refused: " + SECRET, "08001");
          }
          return connection((Connection) invoke(whole, method, arguments));
        });
  }

  private Connection connection(Connection connection) {
    return proxy(
        Connection.class,
        (method, arguments) -> {
          Object result = invoke(connection, method, arguments);
          if (method.getName().equals("commit")) {
            commits.incrementAndGet();
            if (state == State.BREAKS_IN_COMMIT) {
              state = State.DOWN;
              throw new SQLException("connection lost: " + SECRET, "08006");
            }
          }
          return result;
        });
  }

  @FunctionalInterface
  private interface Call {
    Object answer(Method method, Object[] arguments) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> call.answer(method, arguments)));
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
