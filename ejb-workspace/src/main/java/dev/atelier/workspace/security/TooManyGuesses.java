// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import java.time.Duration;

/** Too many wrong passwords or tokens came, or too many at once; to be asked again later. */
public final class TooManyGuesses extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Duration left;

  TooManyGuesses(Duration left) {
    super("too many wrong passwords or tokens", null, false, false);
    this.left = left;
  }

  /** How long to wait; more than zero, 15 minutes at most. */
  public Duration left() {
    return left;
  }
}
