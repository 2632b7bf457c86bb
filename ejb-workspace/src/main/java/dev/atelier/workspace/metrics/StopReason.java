// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.metrics;

import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.Deadline;
import dev.atelier.workspace.domain.Workspace;

/** Why an instance came to its end; the first that holds, in the order of the constants. */
enum StopReason {
  /** It failed before it was ever RUNNING. */
  START_FAILURE("start-failure"),
  /** It failed later. */
  FAILED("failed"),
  /** A stop without a backup was asked for. */
  ABORTED("aborted"),
  /** Nobody came back after it was marked closed. */
  TAB_CLOSED("tab-closed"),
  /** Any other timeout. */
  TIMEOUT("timeout"),
  /** A stop was asked for, or its tasks were done. */
  REGULAR_STOP("regular-stop");

  private final String label;

  StopReason(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  static StopReason of(Workspace workspace) {
    Conditions conditions = workspace.status().conditions();
    if (!conditions.failed().isEmpty()) {
      return workspace.status().progress().runningAt().isPresent() ? FAILED : START_FAILURE;
    }
    if (conditions.aborted()) {
      return ABORTED;
    }
    if (!conditions.timeout().isEmpty()) {
      boolean closed = conditions.timedOut().filter(Deadline.Activity.CLOSED::equals).isPresent();
      return closed ? TAB_CLOSED : TIMEOUT;
    }
    return REGULAR_STOP;
  }
}
