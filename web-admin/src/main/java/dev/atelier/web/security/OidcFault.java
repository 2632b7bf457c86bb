// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

/** A sign-in elsewhere that came to nothing; its message is for people. */
final class OidcFault extends Exception {
  private static final long serialVersionUID = 1L;

  OidcFault(String message) {
    super(message);
  }

  OidcFault(String message, Throwable cause) {
    super(message, cause);
  }
}
