package dev.atelier.web.security;

import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.operations.AuditLog;
import dev.atelier.workspace.security.Guesses;
import dev.atelier.workspace.security.Identities;
import dev.atelier.workspace.security.Identity;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/** What a request brings to say who makes it: a session, a token, or a name and a password. */
@ApplicationScoped
public class Credentials {
  private static final String SESSION = "dev.atelier.identity";
  private static final String BEARER = "bearer ";
  private static final String BASIC = "basic ";

  @Inject private Identities identities;
  @Inject private Guesses guesses;
  @Inject private AuditLog audit;

  /** Too many wrong ones came; to be asked again later. */
  static final class TooMany extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Duration left;

    TooMany(Duration left) {
      super("too many wrong passwords or tokens", null, false, false);
      this.left = left;
    }

    /** How long to wait. */
    Duration left() {
      return left;
    }
  }

  /** Who makes it; a header goes before a session. */
  Optional<Identity> of(HttpServletRequest request) throws TooMany {
    String header = request.getHeader("Authorization");
    if (header != null) {
      return header(request, header);
    }
    HttpSession session = request.getSession(false);
    return session == null
        ? Optional.empty()
        : Optional.ofNullable((Identity) session.getAttribute(SESSION));
  }

  private Optional<Identity> header(HttpServletRequest request, String header) throws TooMany {
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

  private Optional<Identity> token(HttpServletRequest request, String token) throws TooMany {
    Optional<Identity> who = identities.token(token);
    if (who.isEmpty()) {
      refuseWhileTooMany("", request);
      guesses.failed("", request.getRemoteAddr());
    }
    return who;
  }

  /** Who has that name and password; failures are counted and told. */
  Optional<Identity> password(HttpServletRequest request, String name, String password)
      throws TooMany {
    refuseWhileTooMany(name, request);
    Optional<Identity> who = identities.user(name, password);
    if (who.isPresent()) {
      guesses.succeeded(name);
    } else {
      guesses.failed(name, request.getRemoteAddr());
      tell(request, name, "UNAUTHENTICATED");
    }
    return who;
  }

  private void refuseWhileTooMany(String name, HttpServletRequest request) throws TooMany {
    Duration left = guesses.wait(name, request.getRemoteAddr());
    if (left.compareTo(Duration.ZERO) > 0) {
      throw new TooMany(left);
    }
  }

  /** Begins a session of theirs, under an id that nobody knew before. */
  void signIn(
      HttpServletRequest request,
      HttpServletResponse response,
      Identity identity,
      WebSecuritySettings settings) {
    HttpSession before = request.getSession(false);
    if (before != null) {
      before.invalidate();
    }
    HttpSession session = request.getSession(true);
    session.setMaxInactiveInterval((int) settings.idle().toSeconds());
    session.setAttribute(SESSION, identity);
    // The server leaves SameSite out, whatever web.xml says.
    response.setHeader(
        "Set-Cookie",
        "%s=%s; Path=/; HttpOnly; SameSite=Lax%s"
            .formatted(
                request.getServletContext().getSessionCookieConfig().getName() == null
                    ? "JSESSIONID"
                    : request.getServletContext().getSessionCookieConfig().getName(),
                session.getId(),
                settings.secure() ? "; Secure" : ""));
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
  void signOut(HttpServletRequest request) {
    HttpSession session = request.getSession(false);
    if (session == null) {
      return;
    }
    if (session.getAttribute(SESSION) instanceof Identity identity) {
      audit.tell(
          new Caller(identity.name(), Doors.origin(request), TraceContext.NONE),
          "SignOut",
          "",
          "done");
    }
    session.invalidate();
  }
}
