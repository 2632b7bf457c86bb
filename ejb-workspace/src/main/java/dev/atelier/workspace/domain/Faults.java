// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import dev.atelier.workspace.domain.Observation.Exit;

/** How failures of instances are worded in their conditions. */
final class Faults {
  static final String NODE_LOST =
      "the node of the instance is gone, with it its content: the last backup is missing";
  static final String VANISHED =
      "the instance disappeared from where it ran before its content was saved";
  static final String NOT_ENDED =
      "processes of the instance could not be ended in time; an operator should look for them";

  private Faults() {}

  static String mainProcess(Exit exit) {
    String why =
        switch (exit.cause()) {
          case EXITED -> exited("main process", exit);
          case OUT_OF_MEMORY -> "out of memory: it needed more than its class allows";
          case EVICTED -> "evicted: its node needed the room";
          case REJECTED -> "rejected by the node";
          case NODE_LOST -> NODE_LOST;
          case NODE_LEFT -> "the node of the instance is gone";
          case DELETED -> "removed by somebody else while it ran";
        };
    return withLastWords(why, exit);
  }

  static String tasks(Exit exit) {
    return withLastWords(exited("tasks", exit), exit);
  }

  static String disposal(Save save, String message) {
    return (save == Save.SNAPSHOT ? "snapshot failed: " : "backup failed: ") + message;
  }

  static String late(Deadline deadline, boolean saveDue, String where) {
    if (deadline.activity() != Deadline.Activity.BACKUP || !saveDue) {
      return NOT_ENDED;
    }
    String late = "backup failed: it was not complete in time";
    return where.isEmpty() ? late : late + "; " + where;
  }

  private static String exited(String what, Exit exit) {
    if (exit.code().isEmpty()) {
      return what + " ended, exit code not known";
    }
    int code = exit.code().getAsInt();
    return code > 128 && code < 128 + 65
        ? "%s ended by signal %d (exit code %d)".formatted(what, code - 128, code)
        : "%s exited with code %d".formatted(what, code);
  }

  private static String withLastWords(String why, Exit exit) {
    return exit.lastWords().isBlank() ? why : why + ": " + exit.lastWords().strip();
  }
}
