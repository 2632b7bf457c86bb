// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import dev.atelier.workspace.domain.Isolation;

/**
 * What gRPC asks of programs where none is known by configuration, which is on the loopback
 * interface alone.
 *
 * @param isolation what keeps instances from it
 * @param token asked for where a token keeps them from it too
 */
public record LoopbackDoor(Isolation isolation, FirstToken token) {

  /** Who is asked for what. */
  public enum Guard {
    /** Everyone for what is configured. */
    CONFIGURED,
    /** Nobody: instances cannot come here. */
    OPEN,
    /** Everyone for the token of the first start: instances can come here, and not read it. */
    TOKEN,
    /** Nobody: instances could read a token. This is for trying out alone. */
    UNGUARDED
  }

  /**
   * Who is asked for what.
   *
   * @param configured whether tokens or an authority of certificates are
   */
  public Guard guard(boolean configured) {
    if (configured) {
      return Guard.CONFIGURED;
    }
    return switch (isolation) {
      case OWN_NETWORKS -> Guard.OPEN;
      case SHARED_NETWORK -> Guard.TOKEN;
      case NONE -> Guard.UNGUARDED;
    };
  }
}
