// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.guard;

import dev.atelier.web.guard.RequestPolicy.Asked;
import jakarta.inject.Inject;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Asks the {@link RequestPolicy} before anything else, and tells browsers what pages may do. */
public class RequestGuard implements Filter {
  private static final Logger LOG = System.getLogger(RequestGuard.class.getName());

  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  private RequestPolicy policy = new RequestPolicy(Set.of());

  @Inject
  void configure(
      @ConfigProperty(name = "atelier.http.allowed-hosts") Optional<String> allowedHosts) {
    policy = new RequestPolicy(AllowedHosts.parse(allowedHosts.orElse("")));
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest http = (HttpServletRequest) request;
    HttpServletResponse answer = (HttpServletResponse) response;
    protect(answer, http.getRequestURI().startsWith("/assets/"));
    Optional<String> refusal = policy.refusal(asked(http));
    if (refusal.isPresent()) {
      LOG.log(Level.DEBUG, () -> http.getMethod() + " " + http.getRequestURI() + " refused");
      Refusal.answer(answer, HttpServletResponse.SC_FORBIDDEN, refusal.get());
      return;
    }
    if (!isWhole(http)) {
      answer.setHeader("Connection", "close");
      Refusal.answer(
          answer,
          HttpServletResponse.SC_BAD_REQUEST,
          "the connection stays HTTP: ask with its version, and without the header Upgrade");
      return;
    }
    if (http.getRequestURI().equals("/workspace.xhtml")) {
      // It shows one workspace, which is asked for as /workspaces/ID.
      answer.sendRedirect("/workspaces");
      return;
    }
    chain.doFilter(request, response);
  }

  /**
   * Whether the server reads and answers it as it should: not where no version of HTTP is named. An
   * upgrade that it has not made it takes for made all the same, and reads a body up to the end of
   * the connection; clients that ask for one by habit, and send nothing, lose but the type of what
   * they are answered.
   */
  private static boolean isWhole(HttpServletRequest request) {
    String version = request.getProtocol();
    boolean sends =
        !RequestPolicy.READING.contains(request.getMethod()) || request.getContentType() != null;
    return version.startsWith("HTTP/2")
        || (version.startsWith("HTTP/1.") && !(sends && request.getHeader("Upgrade") != null));
  }

  private static Asked asked(HttpServletRequest request) {
    return new Asked(
        request.getMethod(),
        request.getLocalAddr(),
        request.getLocalPort(),
        Collections.list(request.getHeaders("Host")),
        request.getHeader("Origin"),
        request.getHeader("Sec-Fetch-Site"),
        request.getHeader("Sec-Fetch-Mode"),
        request.getHeader("Sec-Fetch-Dest"),
        isWebSocket(request.getHeader("Upgrade")),
        request.getHeader("Authorization") != null);
  }

  /** An upgrade to HTTP/2 changes nothing, and programs ask for it by habit. */
  private static boolean isWebSocket(String upgrade) {
    return upgrade != null && upgrade.toLowerCase(Locale.ROOT).contains("websocket");
  }

  private static void protect(HttpServletResponse response, boolean asset) {
    response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("X-Frame-Options", "DENY");
    // Not no-referrer: forms would be sent with the Origin "null" then.
    response.setHeader("Referrer-Policy", "same-origin");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    // Style and script are asked for again, and answered by 304 until they change.
    response.setHeader("Cache-Control", asset ? "no-cache" : "no-store");
  }
}
