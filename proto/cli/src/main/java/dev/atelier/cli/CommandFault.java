// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

/** A command cannot go on; told in a line, without a stack trace. */
final class CommandFault extends Exception {
  private static final long serialVersionUID = 1;

  private final Exit exit;

  CommandFault(Exit exit, String message) {
    super(message);
    this.exit = exit;
  }

  Exit exit() {
    return exit;
  }
}
