// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import dev.atelier.web.security.AccessPolicy.Access;
import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.AuditLog;
import dev.atelier.workspace.security.Identity;
import dev.atelier.workspace.security.Scope;
import dev.atelier.workspace.security.TooManyGuesses;
import jakarta.inject.Inject;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Finds out who asks, and refuses who may not. */
public class SignInFilter implements Filter {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  @Inject private Credentials credentials;
  @Inject private ClientAddress addresses;
  @Inject private AuditLog audit;

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest http = (HttpServletRequest) request;
    HttpServletResponse answer = (HttpServletResponse) response;
    addresses.note(http);
    String path = http.getServletPath() + (http.getPathInfo() == null ? "" : http.getPathInfo());
    Access access = AccessPolicy.of(http.getMethod(), path.isEmpty() ? "/" : path);
    Optional<Identity> who;
    try {
      who = credentials.of(http);
    } catch (TooManyGuesses e) {
      tooMany(answer, e.left());
      return;
    }
    if (who.isPresent()) {
      SignedIn.put(http, who.get());
    }
    Optional<Scope> needed =
        access == Access.LOCAL_OR_READ && local(http) ? Optional.empty() : access.scope();
    if (needed.isPresent() && who.isEmpty()) {
      ask(http, answer, path);
    } else if (needed.isPresent() && !who.get().scope().covers(needed.get())) {
      refuse(http, answer, path, who.get(), needed.get());
    } else {
      chain.doFilter(who.isPresent() ? new Request(http, who.get()) : http, response);
    }
  }

  /** Somebody may not do that: tells the audit log, and them in a page where they look at one. */
  private void refuse(
      HttpServletRequest request,
      HttpServletResponse response,
      String path,
      Identity who,
      Scope needed)
      throws IOException, ServletException {
    String code = WorkspaceFault.Code.PERMISSION_DENIED.name();
    audit.tell(
        new Caller(who.name(), Doors.origin(request), TraceContext.NONE),
        request.getMethod() + (request.getRequestURI().startsWith("/api/") ? " rest" : " console"),
        path,
        code);
    String detail =
        "%s has the scope %s, and this needs %s"
            .formatted(who.name(), lower(who.scope()), lower(needed));
    if (ProblemPage.shownTo(request, path)) {
      new ProblemPage("That is not allowed", detail + ".")
          .show(new Request(request, who), response, HttpServletResponse.SC_FORBIDDEN);
    } else {
      new Problem(HttpServletResponse.SC_FORBIDDEN, code, detail).answer(response);
    }
  }

  private static void tooMany(HttpServletResponse response, Duration left) throws IOException {
    long seconds = left.toSeconds() + 1;
    response.setHeader("Retry-After", Long.toString(seconds));
    new Problem(
            429,
            "RESOURCE_EXHAUSTED",
            "too many wrong passwords or tokens: try again in " + seconds + " s")
        .answer(response);
  }

  /** Of a browser that shows a page: to sign in; of anything else: credentials. */
  private static void ask(HttpServletRequest request, HttpServletResponse response, String path)
      throws IOException {
    String to = request.getMethod().equals("GET") ? path : "/";
    String query = request.getQueryString();
    String page =
        request.getContextPath()
            + "/sign-in?to="
            + URLEncoder.encode(
                to + (query == null || !to.equals(path) ? "" : "?" + query),
                StandardCharsets.UTF_8);
    if (ProblemPage.shownTo(request, path) && request.getHeader("Authorization") == null) {
      response.sendRedirect(page);
      return;
    }
    if (path.startsWith("/api/")) {
      // Not Basic where a browser's script asks: it would open a window of its own.
      boolean script = request.getHeader("Sec-Fetch-Mode") != null;
      if (!script) {
        response.addHeader("WWW-Authenticate", "Basic realm=\"Atelier\", charset=\"UTF-8\"");
      }
      response.addHeader("WWW-Authenticate", "Bearer realm=\"Atelier\"");
    }
    new Problem(
            401,
            "UNAUTHENTICATED",
            "sign in, or send the header Authorization with a user's name and password (Basic) or a"
                + " token (Bearer)")
        .answer(response);
  }

  /** Both ends of the connection and the name that was asked for: a proxy's requests are not. */
  private static boolean local(HttpServletRequest request) {
    try {
      return InetAddress.getByName(request.getRemoteAddr()).isLoopbackAddress()
          && LOOPBACK.contains(request.getServerName().toLowerCase(Locale.ROOT))
          && request.getHeader("X-Forwarded-For") == null
          && request.getHeader("Forwarded") == null;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static String lower(Scope scope) {
    return scope.name().toLowerCase(Locale.ROOT);
  }

  /** For pages and resources that ask the request itself. */
  private static final class Request extends HttpServletRequestWrapper {
    private final Identity identity;

    Request(HttpServletRequest request, Identity identity) {
      super(request);
      this.identity = identity;
    }

    @Override
    public String getRemoteUser() {
      return identity.name();
    }

    @Override
    public Principal getUserPrincipal() {
      return identity::name;
    }

    @Override
    public boolean isUserInRole(String role) {
      return switch (role) {
        case "viewer" -> true;
        case "admin" -> identity.scope() == Scope.ADMIN;
        default -> false;
      };
    }
  }
}
