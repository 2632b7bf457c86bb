package dev.atelier.web.security;

import dev.atelier.workspace.security.Identity;
import dev.atelier.workspace.security.Scope;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** Where a request carries who makes it. */
final class SignedIn {
  private static final String ATTRIBUTE = SignedIn.class.getName();

  private SignedIn() {}

  static void put(HttpServletRequest request, Identity identity) {
    request.setAttribute(ATTRIBUTE, identity);
  }

  static Optional<Identity> of(HttpServletRequest request) {
    // Until people sign in.
    Identity identity = (Identity) request.getAttribute(ATTRIBUTE);
    return Optional.of(identity == null ? new Identity("console", Scope.ADMIN) : identity);
  }
}
