// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.ledger.AuditTrail;
import dev.atelier.workspace.ledger.Usage;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.InstantSource;

/** {@code GET /audit.csv} and {@code GET /usage.csv}: what the pages show, whole. */
@WebServlet(urlPatterns = {"/audit.csv", "/usage.csv"})
public class CsvServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  @Inject private transient AuditTrail trail;
  @Inject private transient Usage usage;
  @Inject private transient InstantSource clock;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    boolean audit = request.getServletPath().startsWith("/audit");
    response.setContentType("text/csv;charset=UTF-8");
    response.setHeader(
        "Content-Disposition", "attachment; filename=" + (audit ? "audit.csv" : "usage.csv"));
    try {
      if (audit) {
        trail.csv(AuditQuery.of(request::getParameter).filter(), response.getWriter());
      } else {
        UsageQuery query = UsageQuery.of(request::getParameter, clock.instant());
        usage.csv(query.filter(), query.by(), response.getWriter());
      }
    } catch (WorkspaceFault fault) {
      begunAnew(response, fault);
      FaultStatus.answer(response, fault);
    } catch (DateTimeException e) {
      begunAnew(response, e);
      response.sendError(HttpServletResponse.SC_BAD_REQUEST, e.getMessage());
    }
  }

  /**
   * Takes back what was answered.
   *
   * @throws IOException some has gone out already: the connection ends, so that nobody takes what
   *     came for the whole
   */
  static void begunAnew(HttpServletResponse response, Exception fault) throws IOException {
    if (response.isCommitted()) {
      throw new IOException("the rest cannot be read: " + fault.getMessage(), fault);
    }
    response.reset();
  }
}
