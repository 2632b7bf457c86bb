// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import dev.atelier.workspace.security.Identity;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** Where a request carries who makes it. */
final class SignedIn {
  private static final String ATTRIBUTE = SignedIn.class.getName();
  private static final String SESSION = Session.class.getName();

  private SignedIn() {}

  static void put(HttpServletRequest request, Identity identity) {
    request.setAttribute(ATTRIBUTE, identity);
  }

  /** By which session, where it is one. */
  static void put(HttpServletRequest request, Session session) {
    request.setAttribute(SESSION, session);
  }

  /** Empty: not by a session. */
  static Optional<Session> session(HttpServletRequest request) {
    return Optional.ofNullable((Session) request.getAttribute(SESSION));
  }

  static Optional<Identity> of(HttpServletRequest request) {
    return Optional.ofNullable((Identity) request.getAttribute(ATTRIBUTE));
  }
}
