// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Filter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * What of the application server's own log reaches the console: warnings and worse, and none of
 * them while it starts, when pages of stack traces become one line if the start fails, and are
 * printed as they were if it does not. What is wrong with what clients send is not the log's: pages
 * of it would be written by whoever likes.
 *
 * <p>Made by the log manager, once for each handler that names it; so what it knows is static.
 */
public final class ServerLog implements Filter {
  private static final String OURS = "dev.atelier";
  private static final int MOST_RECORDS = 1000;

  /** As many as are looked at: they may go round. */
  private static final int MOST_CAUSES = 20;

  /** The classes of the server that read requests and take them apart. */
  private static final List<String> HTTP =
      List.of("org.glassfish.grizzly.http.", "org.glassfish.grizzly.nio.tmpselectors.");

  private static final List<String> JAVA = List.of("java.", "sun.", "jdk.");
  private static final String CONNECTIONS = "org.glassfish.grizzly.nio.";
  private static final String FRAME = "\tat ";

  /** The loggers of the server that tell of a deployment that failed. */
  private static final List<String> DEPLOYERS =
      List.of("javax.enterprise.system.tools.deployment", "javax.enterprise.system.core");

  private static final Logger THREADS = Logger.getLogger("atelier.threads");

  private static final List<LogRecord> HELD = new ArrayList<>();
  private static boolean starting = true;

  /**
   * What the server says is held back from now on. Faults that end threads are told in the log, as
   * the server's: where a start fails, it closes the class loader of threads that still run.
   */
  static synchronized void begin() {
    starting = true;
    HELD.clear();
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, fault) ->
            THREADS.log(Level.SEVERE, "thread " + thread.getName() + " has ended", fault));
  }

  @Override
  public boolean isLoggable(LogRecord record) {
    String logger = record.getLoggerName();
    if (logger != null && logger.startsWith(OURS)) {
      return true;
    }
    return record.getLevel().intValue() >= Level.WARNING.intValue()
        && !isOfClient(record)
        && !hold(record);
  }

  /**
   * Found by whoever reads what a client sends: it is told, and may send as much as it likes. Or by
   * whoever answers one that has gone in the middle: it may come and go as often as it likes.
   */
  private static boolean isOfClient(LogRecord record) {
    Throwable thrown = record.getThrown();
    if (thrown == null) {
      return isOfConnection(String.valueOf(record.getMessage()));
    }
    return thrown.getStackTrace().length > 0
        && (HTTP.stream().anyMatch(thrown.getStackTrace()[0].getClassName()::startsWith)
            || Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .limit(MOST_CAUSES)
                .anyMatch(ServerLog::isOfConnection));
  }

  /** Whether a connection failed, and not what was done for its client. */
  private static boolean isOfConnection(Throwable thrown) {
    return thrown instanceof IOException
        && Stream.of(thrown.getStackTrace())
            .map(StackTraceElement::getClassName)
            .filter(type -> !isOfJava(type))
            .findFirst()
            .filter(type -> type.startsWith(CONNECTIONS))
            .isPresent();
  }

  /** The same of a stack trace that the web container has written into its message. */
  private static boolean isOfConnection(String message) {
    boolean failed = false;
    for (String line : message.lines().toList()) {
      if (!line.startsWith(FRAME)) {
        failed = line.contains("IOException");
      } else if (failed && !isOfJava(line.substring(FRAME.length()))) {
        if (line.startsWith(FRAME + CONNECTIONS)) {
          return true;
        }
        failed = false;
      }
    }
    return false;
  }

  private static boolean isOfJava(String type) {
    return JAVA.stream().anyMatch(type::startsWith);
  }

  private static synchronized boolean hold(LogRecord record) {
    if (!starting || HELD.size() == MOST_RECORDS) {
      return false;
    }
    HELD.add(record);
    return true;
  }

  /** The start succeeded: prints what was held back, and from now on everything at once. */
  static void publish() {
    List<LogRecord> held;
    synchronized (ServerLog.class) {
      starting = false;
      held = release();
    }
    for (LogRecord record : held) {
      for (Handler handler : Logger.getLogger("").getHandlers()) {
        handler.publish(record);
      }
    }
  }

  /** The start failed: what was held back, for a file. More is held, and ends with the process. */
  static synchronized List<LogRecord> release() {
    List<LogRecord> released = List.copyOf(HELD);
    HELD.clear();
    return released;
  }

  /**
   * Why the deployment failed, as its thrower wrote it: the server goes on without the application
   * and says so in its log alone.
   */
  static synchronized Optional<String> deploymentFailure() {
    return HELD.stream()
        .filter(record -> record.getLevel().equals(Level.SEVERE) && record.getLoggerName() != null)
        .filter(record -> DEPLOYERS.stream().anyMatch(record.getLoggerName()::startsWith))
        .findFirst()
        .map(
            record ->
                record.getThrown() == null ? record.getMessage() : reason(record.getThrown()));
  }

  /** The message of the deepest cause. */
  static String reason(Throwable thrown) {
    Throwable deepest = thrown;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    String message = deepest.getMessage();
    return message == null || message.isBlank() ? deepest.toString() : message;
  }
}
