// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import dev.atelier.workspace.security.Identity;
import java.time.Duration;
import java.time.Instant;

/**
 * What one sign-in at the console has begun. It ends so long after the sign-in, or after nobody has
 * used it for so long, whichever comes first; what an open page asks by itself is no use of it.
 */
final class Session {
  private final Identity identity;
  private final Instant begun;
  private final Duration lifetime;
  private final Duration idle;
  private volatile Instant used;
  private volatile boolean ended;

  /**
   * Begins one.
   *
   * @param lifetime from now on, however it is used
   * @param idle since its last use
   */
  Session(Identity identity, Instant now, Duration lifetime, Duration idle) {
    this.identity = identity;
    this.begun = now;
    this.used = now;
    this.lifetime = lifetime;
    this.idle = idle;
  }

  /** Who has signed in. */
  Identity identity() {
    return identity;
  }

  /** Whether it holds still. */
  boolean lasts(Instant now) {
    return !ended && now.isBefore(begun.plus(lifetime)) && now.isBefore(used.plus(idle));
  }

  /** Somebody did something. */
  void use(Instant now) {
    used = now;
  }

  /** Ends it, for what has been opened with it too. */
  void end() {
    ended = true;
  }
}
