// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import java.util.logging.LogManager;

/**
 * Keeps the log as configured until the process is gone: the JDK's own resets it as the first thing
 * of a shutdown, and what is said while the server ends would be lost.
 */
public final class LastingLogManager extends LogManager {
  private static final String SHUTDOWN = "java.util.logging.LogManager$Cleaner";

  @Override
  public void reset() {
    if (!Thread.currentThread().getClass().getName().equals(SHUTDOWN)) {
      super.reset();
    }
  }
}
