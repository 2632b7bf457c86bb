// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web;

import dev.atelier.web.security.Problem;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;

/**
 * What is said of a fault that nobody expected, whatever the method: programs get a problem, people
 * a page that needs nothing of what may have failed.
 */
@WebServlet("/fault")
public class FaultServlet extends HttpServlet {
  private static final long serialVersionUID = 1;

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Object asked = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
    if (asked == null) {
      response.sendRedirect("/");
    } else if (asked.toString().startsWith("/api/")) {
      new Problem(500, "INTERNAL", "unexpected fault: the manager's log says more")
          .answer(response);
    } else {
      response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
      response.setContentType("text/html;charset=UTF-8");
      try (InputStream page = getServletContext().getResourceAsStream("/WEB-INF/fault.html")) {
        page.transferTo(response.getOutputStream());
      }
    }
  }
}
