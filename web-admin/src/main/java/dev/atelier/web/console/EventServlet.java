// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.web.security.CurrentUser;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** What has changed, as server-sent events: the ids of instances. */
@WebServlet(urlPatterns = "/events", asyncSupported = true)
public class EventServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  @Inject private transient ConsoleEvents events;
  @Inject private transient CurrentUser user;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!events.hasRoom()) {
      response.setHeader("Retry-After", "5");
      response.sendError(
          HttpServletResponse.SC_SERVICE_UNAVAILABLE, "too many pages are open already");
      return;
    }
    response.setContentType("text/event-stream;charset=UTF-8");
    response.setHeader("X-Accel-Buffering", "no");
    if (request.getMethod().equals("HEAD")) {
      return;
    }
    AsyncContext context = request.startAsync();
    context.setTimeout(0);
    events.open(context, user.lasting());
  }
}
