// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.web.security.CurrentUser;
import dev.atelier.web.security.ProblemPage;
import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.WorkspaceOperations;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * Instances: {@code GET /workspaces} lists them, {@code GET /workspaces/ID} shows one, {@code GET
 * /workspaces/ID/log} follows what it writes, {@code POST /workspaces/ID/ACT} does one of {@link
 * WorkspaceActs}, {@code POST /workspaces/stop} stops many.
 */
@WebServlet(urlPatterns = "/workspaces/*", asyncSupported = true)
public class WorkspaceServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private static final String STOP = "stop";
  private static final String LOG = "/log";

  @Inject private transient WorkspaceOperations operations;
  @Inject private transient CurrentUser user;
  @Inject private transient WorkspaceActs acts;
  @Inject private transient BulkStop bulk;
  @Inject private transient OutputStreams outputs;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    String id = id(request);
    if (id.isEmpty()) {
      request.getRequestDispatcher("/workspaces.xhtml").forward(request, response);
      return;
    }
    if (id.endsWith(LOG)) {
      log(id.substring(0, id.length() - LOG.length()), request, response);
      return;
    }
    try {
      request.setAttribute(WorkspaceView.ATTRIBUTE, WorkspaceView.of(operations.describe(id)));
      request.getRequestDispatcher("/workspace.xhtml").forward(request, response);
    } catch (WorkspaceFault fault) {
      ProblemPage.of(fault).show(request, response, FaultStatus.of(fault.code()));
    }
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    String path = id(request);
    int slash = path.lastIndexOf('/');
    String act = path.substring(slash + 1);
    if (slash < 0 ? !act.equals(STOP) : !acts.has(act)) {
      response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
      return;
    }
    try {
      if (slash < 0) {
        ActAnswer.done(request, response, stopMany(request), "/workspaces");
        return;
      }
      String id = path.substring(0, slash);
      Caller caller = user.operator();
      String message = acts.perform(act, id, request::getParameter, caller);
      // To the page that asked, which shows what comes of it.
      ActAnswer.done(request, response, message, "/workspaces/" + id);
    } catch (WorkspaceFault fault) {
      ActAnswer.refused(request, response, fault);
    }
  }

  /** Those that are named, or all of a list. */
  private String stopMany(HttpServletRequest request) throws WorkspaceFault {
    String list = request.getParameter("matching");
    String[] ids = request.getParameterValues("id");
    List<String> meant =
        list != null ? bulk.matching(list) : ids == null ? List.of() : List.of(ids);
    if (meant.isEmpty()) {
      throw WorkspaceFault.failedPrecondition("none of these can be stopped");
    }
    return bulk.stop(meant, user.operator());
  }

  private void log(String id, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    boolean room = outputs.hasRoom();
    Optional<InputStream> output = room ? outputs.follow(id) : Optional.empty();
    if (room && output.isEmpty()) {
      // Tells an event source not to ask again.
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
      return;
    }
    response.setContentType("text/event-stream;charset=UTF-8");
    response.setHeader("X-Accel-Buffering", "no");
    if (request.getMethod().equals("HEAD")) {
      if (output.isPresent()) {
        output.get().close();
      }
      return;
    }
    if (!room) {
      response.getWriter().print(OutputStreams.FULL);
      return;
    }
    AsyncContext context = request.startAsync();
    context.setTimeout(0);
    outputs.open(context, output.get(), user.lasting());
  }

  private static String id(HttpServletRequest request) {
    String path = request.getPathInfo();
    return path == null ? "" : path.substring(1);
  }
}
