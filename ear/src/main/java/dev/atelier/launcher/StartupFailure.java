// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

/** The server cannot start; the message is one line that tells its operator what to do. */
final class StartupFailure extends Exception {
  private static final long serialVersionUID = 1L;

  StartupFailure(String message) {
    super(message);
  }

  StartupFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
