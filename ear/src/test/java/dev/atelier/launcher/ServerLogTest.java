// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerLogTest {
  private final ServerLog log = new ServerLog();

  @AfterEach
  void forgetWhatWasHeld() {
    ServerLog.release();
  }

  @Test
  void ourOwnLinesAreNeverHeldBack() {
    assertThat(log.isLoggable(record("dev.atelier.workspace", Level.FINE, null))).isTrue();
  }

  @Test
  void theServersChatterIsDropped() {
    assertThat(log.isLoggable(record("jakarta.enterprise.web", Level.INFO, null))).isFalse();
    assertThat(log.isLoggable(record(null, Level.INFO, null))).isFalse();
  }

  @Test
  void theReasonIsTheDeepestCausesMessage() {
    assertThat(
            ServerLog.reason(
                new IllegalStateException("outer", new RuntimeException("what to do"))))
        .isEqualTo("what to do");
    assertThat(ServerLog.reason(new IllegalStateException("outer", new NullPointerException())))
        .isEqualTo("java.lang.NullPointerException");
  }

  @Test
  void afterTheStartWarningsPass() {
    ServerLog.release();
    assertThat(log.isLoggable(record("org.example", Level.WARNING, null))).isTrue();
    assertThat(ServerLog.deploymentFailure()).isEmpty();
  }

  @Test
  void whatClientsSentThatIsNoHttpIsNotTold() {
    ServerLog.release();
    Throwable broken = new IllegalStateException("Unexpected termination");
    broken.setStackTrace(
        new StackTraceElement[] {frame("org.glassfish.grizzly.http.util.URLDecoder")});
    assertThat(log.isLoggable(record("jakarta.enterprise.web.core", Level.SEVERE, broken)))
        .isFalse();
    Throwable ours = new IllegalStateException("a fault of a page");
    ours.setStackTrace(
        new StackTraceElement[] {
          frame("dev.atelier.web.Page"), frame("org.glassfish.grizzly.http.server.HttpHandler")
        });
    assertThat(log.isLoggable(record("jakarta.enterprise.web.core", Level.SEVERE, ours))).isTrue();
  }

  private static StackTraceElement frame(String type) {
    return new StackTraceElement(type, "method", null, 1);
  }

  private static LogRecord record(String logger, Level level, Throwable thrown) {
    LogRecord record = new LogRecord(level, "message");
    record.setLoggerName(logger);
    record.setThrown(thrown);
    return record;
  }
}
