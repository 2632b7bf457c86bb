// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

/** SIGKILL: nothing of the process that it unwinds runs any more. */
final class ProcessLost extends Error {
  private static final long serialVersionUID = 1L;

  ProcessLost() {
    super("process lost", null, false, false);
  }
}
