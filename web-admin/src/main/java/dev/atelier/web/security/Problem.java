// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import dev.atelier.workspace.domain.FieldViolation;
import dev.atelier.workspace.domain.WorkspaceFault;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/**
 * A fault as RFC 9457 has it.
 *
 * @param status of HTTP
 * @param code in the words of the API, such as {@code NOT_FOUND}
 * @param detail for people
 * @param violations what is wrong with which field; empty unless the request is
 */
public record Problem(int status, String code, String detail, List<FieldViolation> violations) {
  /** The content type of problems. */
  public static final String TYPE = "application/problem+json";

  /** Copies what was given. */
  public Problem {
    violations = List.copyOf(violations);
  }

  /** A problem without fields. */
  public Problem(int status, String code, String detail) {
    this(status, code, detail, List.of());
  }

  /** What a refusal is over HTTP. */
  public static Problem of(WorkspaceFault fault) {
    int status =
        switch (fault.code()) {
          case INVALID_ARGUMENT -> 400;
          case PERMISSION_DENIED -> 403;
          case NOT_FOUND -> 404;
          case ALREADY_EXISTS, FAILED_PRECONDITION -> 409;
          case RESOURCE_EXHAUSTED -> 429;
          case UNAVAILABLE -> 503;
        };
    return new Problem(status, fault.code().name(), fault.getMessage(), fault.violations());
  }

  /** As JSON. */
  public JsonObject json() {
    JsonObjectBuilder json =
        Json.createObjectBuilder()
            .add("type", "about:blank")
            .add("title", title(status))
            .add("status", status)
            .add("detail", detail)
            .add("code", code);
    if (!violations.isEmpty()) {
      JsonArrayBuilder fields = Json.createArrayBuilder();
      violations.forEach(
          one ->
              fields.add(
                  Json.createObjectBuilder()
                      .add("field", one.field())
                      .add("detail", one.description())));
      json.add("errors", fields);
    }
    return json.build();
  }

  private static String title(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 406 -> "Not Acceptable";
      case 409 -> "Conflict";
      case 413 -> "Content Too Large";
      case 415 -> "Unsupported Media Type";
      case 429 -> "Too Many Requests";
      case 503 -> "Service Unavailable";
      default -> "Problem";
    };
  }

  /** Answers with it. */
  public void answer(HttpServletResponse response) throws IOException {
    response.setStatus(status);
    response.setContentType(TYPE);
    response.setCharacterEncoding("UTF-8");
    response.getWriter().print(json());
  }
}
