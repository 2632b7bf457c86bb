// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class TextLogTest {

  @Test
  void aRecordIsALine() {
    assertThat(new TextLog().format(record()))
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.123[+-]\\d{4} INFO    dev.atelier: 1 of"
                + " 2\\R");
  }

  @Test
  void whatWasThrownFollows() {
    LogRecord record = record();
    record.setThrown(new IllegalStateException("broken", new IllegalArgumentException("why")));
    assertThat(new TextLog().format(record))
        .contains("dev.atelier: 1 of 2")
        .contains("IllegalStateException: broken")
        .contains("Caused by: java.lang.IllegalArgumentException: why");
  }

  private static LogRecord record() {
    LogRecord record = new LogRecord(Level.INFO, "{0} of {1}");
    record.setLoggerName("dev.atelier");
    record.setParameters(new Object[] {1, 2});
    record.setInstant(Instant.parse("2030-01-01T00:00:00.123Z"));
    return record;
  }
}
