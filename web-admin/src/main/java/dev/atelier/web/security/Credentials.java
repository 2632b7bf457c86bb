// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.operations.AuditLog;
import dev.atelier.workspace.security.Guesses;
import dev.atelier.workspace.security.Identities;
import dev.atelier.workspace.security.Identity;
import dev.atelier.workspace.security.PasswordChecks;
import dev.atelier.workspace.security.TooManyGuesses;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/** What a request brings to say who makes it: a session, a token, or a name and a password. */
@ApplicationScoped
public class Credentials {
  /** What pages send with what they ask by themselves. */
  private static final String BACKGROUND = "Atelier-Background";

  private static final String BEARER = "bearer ";
  private static final String BASIC = "basic ";

  @Inject private Identities identities;
  @Inject private Guesses guesses;
  @Inject private PasswordChecks passwords;
  @Inject private Sessions sessions;
  @Inject private InstantSource clock;
  @Inject private AuditLog audit;

  /** Who makes it; a header goes before a session. */
  Optional<Identity> of(HttpServletRequest request) throws TooManyGuesses {
    String header = request.getHeader("Authorization");
    if (header != null) {
      return header(request, header);
    }
    Optional<Session> session = sessions.of(request);
    session.ifPresent(
        found -> {
          if (uses(request)) {
            found.use(clock.instant());
          }
          SignedIn.put(request, found);
        });
    return session.map(Session::identity);
  }

  /** Whether somebody is there, and not just a page that keeps itself up to date. */
  private static boolean uses(HttpServletRequest request) {
    String accept = request.getHeader("Accept");
    return request.getHeader(BACKGROUND) == null
        && (accept == null || !accept.startsWith("text/event-stream"));
  }

  private Optional<Identity> header(HttpServletRequest request, String header)
      throws TooManyGuesses {
    String lower = header.toLowerCase(Locale.ROOT);
    if (lower.startsWith(BEARER)) {
      return token(request, header.substring(BEARER.length()).strip());
    }
    if (!lower.startsWith(BASIC)) {
      return Optional.empty();
    }
    try {
      String pair =
          new String(
              Base64.getDecoder().decode(header.substring(BASIC.length()).strip()),
              StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      return colon < 0
          ? Optional.empty()
          : password(request, pair.substring(0, colon), pair.substring(colon + 1));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Optional<Identity> token(HttpServletRequest request, String token) throws TooManyGuesses {
    Optional<Identity> who = identities.token(token);
    if (who.isEmpty()) {
      guesses.begin("", ClientAddress.of(request));
    }
    return who;
  }

  /** Who has that name and password; failures are counted and told. */
  Optional<Identity> password(HttpServletRequest request, String name, String password)
      throws TooManyGuesses {
    Optional<Identity> who = passwords.check(name, password, ClientAddress.of(request));
    if (who.isEmpty()) {
      tell(request, name, "UNAUTHENTICATED");
    }
    return who;
  }

  /** Begins a session of theirs, under an id that nobody knew before. */
  void signIn(HttpServletRequest request, HttpServletResponse response, Identity identity) {
    sessions.begin(request, response, identity);
    tell(request, identity.name(), "done");
  }

  private void tell(HttpServletRequest request, String name, String outcome) {
    String known = name.isBlank() ? "anonymous" : name;
    audit.tell(
        new Caller(
            known.substring(0, Math.min(64, known.length())).replaceAll("\\p{Cntrl}", "?"),
            Doors.origin(request),
            TraceContext.NONE),
        "SignIn",
        "",
        outcome);
  }

  /** Ends the session, if there is one. */
  void signOut(HttpServletRequest request, HttpServletResponse response) {
    sessions
        .end(request)
        .ifPresent(
            who ->
                audit.tell(
                    new Caller(who.name(), Doors.origin(request), TraceContext.NONE),
                    "SignOut",
                    "",
                    "done"));
    sessions.forget(response);
  }
}
