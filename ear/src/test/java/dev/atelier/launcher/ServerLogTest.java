// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServerLogTest {
  private final ServerLog log = new ServerLog();

  @BeforeEach
  void begin() {
    ServerLog.begin();
  }

  @AfterEach
  void end() {
    ServerLog.release();
    Thread.setDefaultUncaughtExceptionHandler(null);
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
    ServerLog.publish();
    assertThat(log.isLoggable(record("org.example", Level.WARNING, null))).isTrue();
    assertThat(ServerLog.deploymentFailure()).isEmpty();
  }

  @Test
  void whatClientsSentThatIsNoHttpIsNotTold() {
    ServerLog.publish();
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

  @Test
  void answersToClientsThatHaveGoneAreNotTold() {
    ServerLog.publish();
    String logger = "org.glassfish.jersey.server.ServerRuntime$Responder";
    Throwable closed = new IOException("Connection is closed");
    closed.setStackTrace(
        new StackTraceElement[] {
          frame("org.glassfish.grizzly.nio.NIOConnection"), frame("dev.atelier.web.Events")
        });
    assertThat(log.isLoggable(record(logger, Level.SEVERE, closed))).isFalse();
    IOException broken = new IOException("Broken pipe");
    broken.setStackTrace(
        new StackTraceElement[] {
          frame("sun.nio.ch.SocketDispatcher"),
          frame("java.nio.channels.SocketChannel"),
          frame("org.glassfish.grizzly.nio.transport.TCPNIOUtils"),
        });
    assertThat(log.isLoggable(record(logger, Level.SEVERE, broken))).isFalse();
    Throwable wrapped = new IllegalStateException(new UncheckedIOException(broken));
    assertThat(log.isLoggable(record(logger, Level.SEVERE, wrapped))).isFalse();
    LogRecord written = record("jakarta.enterprise.web", Level.WARNING, null);
    written.setMessage("no page\n" + text(broken));
    assertThat(log.isLoggable(written)).isFalse();
    written.setMessage("no page\n" + text(wrapped));
    assertThat(log.isLoggable(written)).isFalse();
    Throwable ours = new IOException("No space left on device");
    ours.setStackTrace(
        new StackTraceElement[] {
          frame("sun.nio.ch.FileDispatcherImpl"),
          frame("dev.atelier.web.Page"),
          frame("org.glassfish.grizzly.nio.transport.TCPNIOTransport")
        });
    assertThat(log.isLoggable(record(logger, Level.SEVERE, ours))).isTrue();
    written.setMessage("no page\n" + text(ours));
    assertThat(log.isLoggable(written)).isTrue();
  }

  private static String text(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @Test
  void faultThatEndsAThreadWhileTheServerStartsIsHeldBack() throws InterruptedException {
    List<LogRecord> told = new CopyOnWriteArrayList<>();
    Logger threads = Logger.getLogger("atelier.threads");
    Filter before = threads.getFilter();
    threads.setFilter(
        record -> {
          if (log.isLoggable(record)) {
            told.add(record);
          }
          return false;
        });
    try {
      endThread("first");
      assertThat(told).isEmpty();
      assertThat(ServerLog.release())
          .extracting(LogRecord::getMessage)
          .containsExactly("thread first has ended");
      // The start has failed: nobody is told of what falls with it.
      endThread("second");
      assertThat(told).isEmpty();

      ServerLog.publish();
      endThread("third");
      assertThat(told).extracting(LogRecord::getMessage).containsExactly("thread third has ended");
    } finally {
      threads.setFilter(before);
    }
  }

  private static void endThread(String name) throws InterruptedException {
    Thread thread =
        new Thread(
            () -> {
              throw new IllegalStateException("the ground is gone");
            },
            name);
    thread.start();
    thread.join();
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
