// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/**
 * A line a record: time, level, logger, message. The JDK's own formatter walks the stack of every
 * record for a caller that is not in the line.
 */
public final class TextLog extends Formatter {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxx").withZone(ZoneId.systemDefault());

  private static final int LEVEL_WIDTH = 7;

  @Override
  public String format(LogRecord record) {
    StringBuilder line = new StringBuilder(200);
    TIME.formatTo(record.getInstant(), line);
    String level = record.getLevel().getName();
    line.append(' ').append(level).append(" ".repeat(Math.max(0, LEVEL_WIDTH - level.length())));
    line.append(' ').append(record.getLoggerName()).append(": ").append(formatMessage(record));
    line.append(System.lineSeparator());
    if (record.getThrown() != null) {
      StringWriter trace = new StringWriter();
      record.getThrown().printStackTrace(new PrintWriter(trace, true));
      line.append(trace);
    }
    return line.toString();
  }
}
