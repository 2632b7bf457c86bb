// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.web.security.CurrentUser;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.ContentOperations;
import dev.atelier.workspace.operations.Limits;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** {@code POST /unsaved/ID/let-go} deletes content that could not be saved, for good. */
@WebServlet(urlPatterns = "/unsaved/*")
public class UnsavedServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private static final String LET_GO = "/let-go";

  @Inject private transient ContentOperations content;
  @Inject private transient CurrentUser user;
  @Inject private transient Limits limits;

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String path = request.getPathInfo();
    if (path == null || !path.endsWith(LET_GO) || path.length() <= LET_GO.length()) {
      response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
      return;
    }
    String id = path.substring(1, path.length() - LET_GO.length());
    try {
      limits.acquire("LetGoOfContent");
      // Where it is gone already, that is as well.
      content.letGo(id, user.admin());
      ActAnswer.done(request, response, "Let go of", "/content");
    } catch (WorkspaceFault fault) {
      ActAnswer.refused(request, response, fault);
    }
  }
}
