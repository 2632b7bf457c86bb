// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import dev.atelier.workspace.security.Identities;
import dev.atelier.workspace.security.Identity;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Who is signed in at the console, by a cookie that browsers keep from scripts and from other
 * sites' requests. In memory: all end with the process. The server's own sessions are not used: it
 * gives their cookie no SameSite, and counts every request as use.
 */
@ApplicationScoped
public class Sessions {
  /** Programs of workspaces use JSESSIONID, and cookies know no ports. */
  private static final String COOKIE = "atelier_session";

  /** Browsers take a cookie of such a name over TLS alone, and for this very host. */
  private static final String SECURE_COOKIE = "__Host-" + COOKIE;

  private static final int TOKEN_BYTES = 32;
  private static final int MOST = 10_000;

  @Inject private WebSecuritySettings settings;
  @Inject private InstantSource clock;

  private final SecureRandom random = new SecureRandom();

  /** By the digest of what the cookie says; the oldest first. */
  private final Map<String, Session> sessions = new LinkedHashMap<>();

  /** Begins one; that of the same browser before it ends. */
  void begin(HttpServletRequest request, HttpServletResponse response, Identity identity) {
    end(request);
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    synchronized (sessions) {
      sweep();
      sessions.put(
          Identities.sha256(token),
          new Session(identity, clock.instant(), settings.lifetime(), settings.idle()));
    }
    response.addHeader("Set-Cookie", cookie(token, settings.lifetime()));
  }

  /** Those that have ended, and the oldest where there are too many. */
  private void sweep() {
    sessions.values().removeIf(session -> !session.lasts(clock.instant()));
    Iterator<Session> oldest = sessions.values().iterator();
    while (sessions.size() >= MOST && oldest.hasNext()) {
      oldest.next().end();
      oldest.remove();
    }
  }

  private String cookie(String value, Duration age) {
    return "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s"
        .formatted(name(), value, age.toSeconds(), settings.secure() ? "; Secure" : "");
  }

  private String name() {
    return settings.secure() ? SECURE_COOKIE : COOKIE;
  }

  /** That of a request's browser; of several cookies any right one counts. */
  Optional<Session> of(HttpServletRequest request) {
    return tokens(request)
        .flatMap(token -> find(token).stream())
        .filter(session -> session.lasts(clock.instant()))
        .findFirst();
  }

  private Optional<Session> find(String token) {
    synchronized (sessions) {
      return Optional.ofNullable(sessions.get(Identities.sha256(token)));
    }
  }

  private Stream<String> tokens(HttpServletRequest request) {
    Cookie[] sent = request.getCookies();
    return Stream.of(sent == null ? new Cookie[0] : sent)
        .filter(cookie -> cookie.getName().equals(name()))
        .map(Cookie::getValue);
  }

  /** Ends that of a request's browser; who had it, if there was one. */
  Optional<Identity> end(HttpServletRequest request) {
    Optional<Session> session = of(request);
    session.ifPresent(Session::end);
    synchronized (sessions) {
      tokens(request).forEach(token -> sessions.remove(Identities.sha256(token)));
    }
    return session.map(Session::identity);
  }

  /** Has the browser forget its cookie. */
  void forget(HttpServletResponse response) {
    response.addHeader("Set-Cookie", cookie("", Duration.ZERO));
  }
}
