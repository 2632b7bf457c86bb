// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.FieldViolation;
import dev.atelier.workspace.domain.WorkspaceFault;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How an act of a page is answered: to a script in JSON, to a bare form by the page to go on. */
final class ActAnswer {
  private ActAnswer() {}

  /**
   * It is done.
   *
   * @param message for people
   * @param page to go on with
   */
  static void done(
      HttpServletRequest request, HttpServletResponse response, String message, String page)
      throws IOException {
    if (byScript(request)) {
      json(response, Json.createObjectBuilder().add("message", message).build());
      return;
    }
    response.setStatus(HttpServletResponse.SC_SEE_OTHER);
    response.setHeader("Location", request.getContextPath() + page);
  }

  /** It is refused. */
  static void refused(
      HttpServletRequest request, HttpServletResponse response, WorkspaceFault fault)
      throws IOException {
    if (!byScript(request)) {
      FaultStatus.answer(response, fault);
      return;
    }
    response.setStatus(FaultStatus.of(fault.code()));
    var fields = Json.createObjectBuilder();
    violations(fault.violations()).forEach(fields::add);
    json(
        response,
        Json.createObjectBuilder()
            .add("message", fault.getMessage())
            .add("violations", fields)
            .build());
  }

  /** By the form's field, whose name is the last one of the request's path. */
  static Map<String, String> violations(List<FieldViolation> violations) {
    Map<String, String> fields = new TreeMap<>();
    for (FieldViolation violation : violations) {
      String name = violation.field().replaceFirst("^.*\\.", "").replaceFirst("\\[.*$", "");
      fields.merge(name, violation.description(), (one, more) -> one + "; " + more);
    }
    return fields;
  }

  private static boolean byScript(HttpServletRequest request) {
    String accept = request.getHeader("Accept");
    return accept != null && accept.contains("application/json");
  }

  private static void json(HttpServletResponse response, JsonObject body) throws IOException {
    response.setContentType("application/json;charset=UTF-8");
    response.getWriter().print(body);
  }
}
