// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import jakarta.servlet.http.HttpServletRequest;

/** By which door a request came. */
final class Doors {
  private Doors() {}

  /** The door and the address, for the audit log. */
  static String origin(HttpServletRequest request) {
    String door = request.getRequestURI().startsWith("/api/") ? "rest " : "console ";
    return door + ClientAddress.of(request);
  }
}
