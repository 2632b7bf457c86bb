// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** {@code POST /sign-out} ends the session. */
@WebServlet(urlPatterns = "/sign-out")
public class SignOutServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  @Inject private transient Credentials credentials;

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response) {
    credentials.signOut(request, response);
    response.setHeader("Clear-Site-Data", "\"cache\"");
    response.setStatus(HttpServletResponse.SC_SEE_OTHER);
    response.setHeader("Location", request.getContextPath() + "/sign-in");
  }
}
