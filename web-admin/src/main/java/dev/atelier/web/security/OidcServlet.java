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
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;

/** {@code GET /oidc/sign-in} leads to the provider, which leads back to {@code /oidc/callback}. */
@WebServlet(urlPatterns = {"/oidc/sign-in", "/oidc/callback"})
public class OidcServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private static final Logger LOG = System.getLogger(OidcServlet.class.getName());
  private static final String COOKIE = "atelier-oidc";
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
    response.addCookie(cookie(attempt.cookie(), COOKIE_SECONDS));
    response.sendRedirect(address);
  }

  private void comeBack(HttpServletRequest request, HttpServletResponse response) throws OidcFault {
    Cookie[] sent = request.getCookies();
    OidcAttempt attempt =
        Stream.of(sent == null ? new Cookie[0] : sent)
            .filter(one -> one.getName().equals(COOKIE))
            .flatMap(one -> OidcAttempt.parse(one.getValue()).stream())
            .findFirst()
            .orElseThrow(() -> new OidcFault("The sign-in took too long: try again."));
    String state = Optional.ofNullable(request.getParameter("state")).orElse("");
    if (!MessageDigest.isEqual(
        state.getBytes(StandardCharsets.UTF_8), attempt.state().getBytes(StandardCharsets.UTF_8))) {
      throw new OidcFault("The sign-in was begun elsewhere: try again.");
    }
    String code = request.getParameter("code");
    if (code == null || code.isEmpty()) {
      throw new OidcFault("The identity provider has refused the sign-in.");
    }
    credentials.signIn(request, response, provider.redeem(code, attempt, redirect(request)));
    response.setStatus(HttpServletResponse.SC_SEE_OTHER);
    response.setHeader("Location", attempt.to());
  }

  private Cookie cookie(String value, int seconds) {
    Cookie cookie = new Cookie(COOKIE, value);
    cookie.setHttpOnly(true);
    cookie.setSecure(sessions.secure());
    cookie.setPath("/oidc");
    cookie.setMaxAge(seconds);
    cookie.setAttribute("SameSite", "Lax");
    return cookie;
  }

  /** The guard has seen to it that the host is ours. */
  private String redirect(HttpServletRequest request) {
    return settings
        .flatMap(OidcSettings::redirect)
        .orElseGet(
            () -> request.getScheme() + "://" + request.getHeader("Host") + "/oidc/callback");
  }
}
