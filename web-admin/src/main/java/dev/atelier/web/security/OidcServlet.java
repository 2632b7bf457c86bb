// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import dev.atelier.workspace.config.Settings;
import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/** {@code GET /oidc/sign-in} leads to the provider, which leads back to {@code /oidc/callback}. */
@WebServlet(urlPatterns = {"/oidc/sign-in", "/oidc/callback"})
public class OidcServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private static final Logger LOG = System.getLogger(OidcServlet.class.getName());
  private static final int COOKIE_SECONDS = 600;

  @Inject private transient Credentials credentials;
  @Inject private transient WebSecuritySettings sessions;
  @Inject private transient InstantSource clock;
  @Inject private transient Config config;

  private transient volatile Optional<OidcSettings> settings = Optional.empty();
  private transient volatile OidcProvider provider;

  @Override
  public void init() {
    settings = OidcSettings.from(new Settings(config));
    settings.ifPresent(known -> provider = new OidcProvider(known, clock));
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    if (settings.isEmpty()) {
      response.sendError(HttpServletResponse.SC_NOT_FOUND);
      return;
    }
    try {
      if (request.getServletPath().endsWith("/callback")) {
        comeBack(request, response);
      } else {
        lead(request, response);
      }
    } catch (OidcFault fault) {
      LOG.log(Level.INFO, "a sign-in elsewhere came to nothing: {0}", reason(fault));
      response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
      request.setAttribute("signIn", new SignInPage(fault.getMessage(), "/", true));
      request.getRequestDispatcher("/sign-in.xhtml").forward(request, response);
    }
  }

  private static String reason(OidcFault fault) {
    return fault.getCause() == null
        ? fault.getMessage()
        : fault.getMessage() + " " + fault.getCause();
  }

  private void lead(HttpServletRequest request, HttpServletResponse response)
      throws OidcFault, IOException {
    String to = request.getParameter("to");
    OidcAttempt attempt = OidcAttempt.to(SignInServlet.target(to == null ? "/" : to));
    String address = provider.address(attempt, redirect(request));
    OidcAttempts.of(request.getCookies())
        .excess(attempt)
        .forEach(name -> add(response, new Cookie(name, ""), 0));
    add(response, OidcAttempts.keep(attempt), COOKIE_SECONDS);
    response.sendRedirect(address);
  }

  private void comeBack(HttpServletRequest request, HttpServletResponse response) throws OidcFault {
    OidcAttempts attempts = OidcAttempts.of(request.getCookies());
    if (attempts.isEmpty()) {
      throw new OidcFault("The sign-in took too long: try again.");
    }
    OidcAttempt attempt =
        attempts
            .find(Optional.ofNullable(request.getParameter("state")).orElse(""))
            .orElseThrow(() -> new OidcFault("The sign-in was begun elsewhere: try again."));
    // Whatever comes of it, it is used up.
    add(response, new Cookie(OidcAttempts.keep(attempt).getName(), ""), 0);
    String code = request.getParameter("code");
    if (code == null || code.isEmpty()) {
      throw new OidcFault("The identity provider has refused the sign-in.");
    }
    credentials.signIn(request, response, provider.redeem(code, attempt, redirect(request)));
    response.setStatus(HttpServletResponse.SC_SEE_OTHER);
    response.setHeader("Location", attempt.to());
  }

  private void add(HttpServletResponse response, Cookie cookie, int seconds) {
    cookie.setHttpOnly(true);
    cookie.setSecure(sessions.secure());
    cookie.setPath("/oidc");
    cookie.setMaxAge(seconds);
    cookie.setAttribute("SameSite", "Lax");
    response.addCookie(cookie);
  }

  /** The guard has seen to it that the host is ours. */
  private String redirect(HttpServletRequest request) {
    return settings
        .flatMap(OidcSettings::redirect)
        .orElseGet(
            () -> request.getScheme() + "://" + request.getHeader("Host") + "/oidc/callback");
  }
}
