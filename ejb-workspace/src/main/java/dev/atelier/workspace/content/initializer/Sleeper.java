// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import java.time.Duration;

/** Waits between attempts. */
@FunctionalInterface
interface Sleeper {
  /** By sleeping. */
  Sleeper THREAD = pause -> Thread.sleep(pause.toMillis());

  void sleep(Duration pause) throws InterruptedException;
}
