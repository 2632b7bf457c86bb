package dev.atelier.web.console;

import dev.atelier.web.security.CurrentUser;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.ContentOperations;
import dev.atelier.workspace.operations.Limits;
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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One instance: {@code GET /workspaces/ID} shows it, {@code GET /workspaces/ID/log} follows what it
 * writes, {@code POST /workspaces/ID/stop} stops it, {@code POST /workspaces/ID/backup} asks for a
 * backup.
 */
@WebServlet(urlPatterns = "/workspaces/*", asyncSupported = true)
public class WorkspaceServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private static final String STOP = "/stop";
  private static final String BACKUP = "/backup";
  private static final String LOG = "/log";

  @Inject private transient WorkspaceOperations operations;
  @Inject private transient ContentOperations content;
  @Inject private transient Limits limits;
  @Inject private transient OutputStreams outputs;
  @Inject private transient CurrentUser user;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    String id = id(request);
    if (id.isEmpty()) {
      response.sendRedirect(request.getContextPath() + "/");
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
      request.setAttribute(ProblemPage.ATTRIBUTE, ProblemPage.of(fault));
      response.setStatus(FaultStatus.of(fault.code()));
      request.getRequestDispatcher("/problem.xhtml").forward(request, response);
    }
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    String path = id(request);
    String act = path.substring(Math.max(0, path.lastIndexOf('/')));
    if (!act.equals(STOP) && !act.equals(BACKUP)) {
      response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
      return;
    }
    String id = path.substring(0, path.length() - act.length());
    try {
      if (act.equals(STOP)) {
        stop(id);
      } else {
        backUp(id);
      }
      // To the page that asked, which shows what comes of it.
      response.setStatus(HttpServletResponse.SC_SEE_OTHER);
      response.setHeader("Location", request.getContextPath() + "/workspaces/" + id);
    } catch (WorkspaceFault fault) {
      FaultStatus.answer(response, fault);
    }
  }

  private void stop(String id) throws WorkspaceFault {
    limits.acquire("StopWorkspace");
    operations.describe(id);
    operations.stop(id, StopPolicy.NORMALLY, user.operator());
  }

  private void backUp(String id) throws WorkspaceFault {
    limits.acquire("BackupWorkspace");
    // Nobody waits here: what comes of it shows in the instance.
    CompletableFuture<String> unused = content.backup(id, user.operator());
  }

  private void log(String id, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Optional<InputStream> output = outputs.hasRoom() ? outputs.follow(id) : Optional.empty();
    if (output.isEmpty()) {
      // Tells an event source not to ask again.
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
      return;
    }
    response.setContentType("text/event-stream;charset=UTF-8");
    response.setHeader("X-Accel-Buffering", "no");
    AsyncContext context = request.startAsync();
    context.setTimeout(0);
    outputs.open(context, output.get());
  }

  private static String id(HttpServletRequest request) {
    String path = request.getPathInfo();
    return path == null ? "" : path.substring(1);
  }
}
