// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

/** How a line of the log looks. */
enum LogFormat {
  /** Time, level, logger, message: for people. */
  TEXT(TextLog.class.getName()),
  /** One JSON object a line, by the server's own formatter. */
  JSON("fish.payara.enterprise.server.logging.JSONLogFormatter");

  private final String formatter;

  LogFormat(String formatter) {
    this.formatter = formatter;
  }

  /** The class that the log manager makes for its console handler. */
  String formatter() {
    return formatter;
  }
}
