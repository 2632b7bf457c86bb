// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.time.Duration;

/** What has to be done about an instance; each may be done again at any time. */
public sealed interface Action {
  /** Have the runtime make it. */
  record Launch() implements Action {}

  /**
   * End its processes.
   *
   * @param grace between TERM and KILL
   */
  record Terminate(Duration grace) implements Action {}

  /**
   * Copy its content as it is now.
   *
   * @param capture what it becomes
   */
  record Copy(Capture capture) implements Action {}

  /**
   * Take its git status and save its content.
   *
   * @param save what
   */
  record Dispose(Save save) implements Action {}

  /** Remove what is left of it in the runtime. */
  record Remove() implements Action {}

  /** Remove it from the store. */
  record Forget() implements Action {}
}
