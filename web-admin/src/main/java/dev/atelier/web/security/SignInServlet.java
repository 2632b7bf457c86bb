// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import dev.atelier.workspace.security.Identity;
import dev.atelier.workspace.security.TooManyGuesses;
import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** {@code GET /sign-in} asks for name and password, {@code POST} takes them. */
@WebServlet(urlPatterns = "/sign-in")
public class SignInServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private static final int LONGEST = 1_024;

  @Inject private transient Credentials credentials;
  @Inject private transient WebSecuritySettings settings;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    show(request, response, "");
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    String name = parameter(request, "name");
    String password = parameter(request, "password");
    try {
      Optional<Identity> who = credentials.password(request, name, password);
      if (who.isPresent()) {
        credentials.signIn(request, response, who.get());
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", target(parameter(request, "to")));
        return;
      }
      response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
      show(request, response, "That name and password do not belong together.");
    } catch (TooManyGuesses e) {
      long seconds = e.left().toSeconds() + 1;
      response.setStatus(429);
      response.setHeader("Retry-After", Long.toString(seconds));
      show(request, response, "Too many wrong passwords: try again in " + seconds + " seconds.");
    }
  }

  private void show(HttpServletRequest request, HttpServletResponse response, String problem)
      throws ServletException, IOException {
    request.setAttribute(
        "signIn", new SignInPage(problem, target(parameter(request, "to")), settings.oidc()));
    request.getRequestDispatcher("/sign-in.xhtml").forward(request, response);
  }

  private static String parameter(HttpServletRequest request, String name) {
    String value = request.getParameter(name);
    return value == null || value.length() > LONGEST ? "" : value;
  }

  /** A page of this application and nothing else, nor one too long for a cookie. */
  static String target(String to) {
    boolean fits = to.getBytes(StandardCharsets.UTF_8).length <= LONGEST;
    return fits && to.matches("/(?![/\\\\])[^\\s\\\\]*") ? to : "/";
  }
}
