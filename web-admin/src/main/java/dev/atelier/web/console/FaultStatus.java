// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.WorkspaceFault;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** How a refusal is answered over HTTP. */
final class FaultStatus {
  private FaultStatus() {}

  static int of(WorkspaceFault.Code code) {
    return switch (code) {
      case INVALID_ARGUMENT -> 400;
      case NOT_FOUND -> 404;
      case PERMISSION_DENIED -> 403;
      case ALREADY_EXISTS, FAILED_PRECONDITION -> 409;
      case RESOURCE_EXHAUSTED -> 429;
      case UNAVAILABLE -> 503;
    };
  }

  /** Answers with its status and its words. */
  static void answer(HttpServletResponse response, WorkspaceFault fault) throws IOException {
    response.setStatus(of(fault.code()));
    response.setContentType("text/plain;charset=UTF-8");
    response.getWriter().println(fault.getMessage());
  }
}
