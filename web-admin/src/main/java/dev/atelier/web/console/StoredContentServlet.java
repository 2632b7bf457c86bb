// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.web.security.CurrentUser;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.Limits;
import dev.atelier.workspace.operations.StoredContentOperations;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * {@code POST /snapshots/delete} with {@code url} deletes a snapshot, {@code POST /content/delete}
 * with {@code owner} and {@code workspace} all backups of a workspace: for good.
 */
@WebServlet(urlPatterns = {"/snapshots/delete", "/content/delete"})
public class StoredContentServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  @Inject private transient StoredContentOperations content;
  @Inject private transient CurrentUser user;
  @Inject private transient Limits limits;

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    boolean snapshot = request.getServletPath().startsWith("/snapshots");
    try {
      String message = snapshot ? deleteSnapshot(request) : deleteBackups(request);
      ActAnswer.done(request, response, message, snapshot ? "/snapshots" : "/content");
    } catch (WorkspaceFault fault) {
      ActAnswer.refused(request, response, fault);
    }
  }

  private String deleteSnapshot(HttpServletRequest request) throws WorkspaceFault {
    limits.acquire("DeleteSnapshot");
    boolean deleted = content.deleteSnapshot(text(request, "url"), user.admin());
    return deleted ? "Snapshot deleted" : "There was no such snapshot";
  }

  private String deleteBackups(HttpServletRequest request) throws WorkspaceFault {
    limits.acquire("DeleteStoredContent");
    String workspace = text(request, "workspace");
    boolean deleted = content.deleteBackups(text(request, "owner"), workspace, user.admin());
    return deleted ? "Backups of " + workspace + " deleted" : "There was no backup";
  }

  private static String text(HttpServletRequest request, String name) {
    String value = request.getParameter(name);
    return value == null ? "" : value.strip();
  }
}
