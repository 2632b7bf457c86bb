// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.web.security.CurrentUser;
import dev.atelier.workspace.domain.GoDuration;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.Maintenance;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * {@code POST /maintenance} with {@code until}, an RFC 3339 time, or {@code duration} begins or
 * changes maintenance; with {@code end} it ends it.
 */
@WebServlet(urlPatterns = "/maintenance")
public class MaintenanceServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  @Inject private transient Maintenance maintenance;
  @Inject private transient CurrentUser user;
  @Inject private transient InstantSource clock;

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    try {
      Optional<Instant> until =
          request.getParameter("end") == null ? Optional.of(until(request)) : Optional.empty();
      maintenance.set(until, user.admin());
      String message = until.isPresent() ? "Maintenance has begun" : "Maintenance is over";
      ActAnswer.done(request, response, message, "/");
    } catch (WorkspaceFault fault) {
      ActAnswer.refused(request, response, fault);
    }
  }

  private Instant until(HttpServletRequest request) throws WorkspaceFault {
    Instant now = clock.instant();
    String until = request.getParameter("until");
    if (until == null || until.isBlank()) {
      String text = request.getParameter("duration");
      Duration duration =
          GoDuration.parse(text == null ? "" : text.strip())
              .filter(parsed -> !parsed.isNegative() && !parsed.isZero())
              .orElseThrow(
                  () -> WorkspaceFault.invalid("duration", "is not a duration such as 30m or 1h"));
      return now.plus(duration);
    }
    try {
      Instant end = Instant.parse(until.strip());
      if (end.isAfter(now)) {
        return end;
      }
      throw WorkspaceFault.invalid("until", "has passed");
    } catch (DateTimeParseException e) {
      throw WorkspaceFault.invalid("until", "is not a time such as 2026-03-01T18:00:00Z");
    }
  }
}
