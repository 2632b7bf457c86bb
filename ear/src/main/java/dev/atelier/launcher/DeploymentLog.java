package dev.atelier.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Filter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Holds back what the server says while it deploys: its pages of stack traces become one line when
 * the deployment fails, and are printed as they were when it does not.
 */
final class DeploymentLog implements Filter {
  private static final int MOST_RECORDS = 200;

  private final List<LogRecord> held = new ArrayList<>();

  @Override
  public synchronized boolean isLoggable(LogRecord record) {
    String logger = record.getLoggerName();
    if (logger != null && logger.startsWith("dev.atelier")) {
      return true;
    }
    if (held.size() == MOST_RECORDS) {
      return true;
    }
    held.add(record);
    return false;
  }

  void begin() {
    for (Handler handler : Logger.getLogger("").getHandlers()) {
      handler.setFilter(this);
    }
  }

  /** Prints what was held back. */
  void publish() {
    for (Handler handler : end()) {
      records().forEach(handler::publish);
    }
  }

  /** Stops holding back; what was held stays in {@link #records()}. */
  Handler[] end() {
    Handler[] handlers = Logger.getLogger("").getHandlers();
    for (Handler handler : handlers) {
      handler.setFilter(null);
    }
    return handlers;
  }

  synchronized List<LogRecord> records() {
    return List.copyOf(held);
  }

  /** The message at the bottom of the first failure that has a cause, as its thrower wrote it. */
  String reason() {
    String reason = "the server said nothing";
    for (LogRecord record : records()) {
      Throwable thrown = record.getThrown();
      if (thrown != null) {
        return deepest(thrown);
      }
      reason = String.valueOf(record.getMessage());
    }
    return reason;
  }

  static String deepest(Throwable thrown) {
    Throwable deepest = thrown;
    while (deepest.getCause() != null && deepest.getCause() != deepest) {
      deepest = deepest.getCause();
    }
    String message = deepest.getMessage();
    return message == null || message.isBlank() ? deepest.toString() : message;
  }
}
