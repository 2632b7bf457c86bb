// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import dev.atelier.web.security.Problem;
import dev.atelier.workspace.domain.WorkspaceFault;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.HexFormat;

/** How faults are answered: each once, here. */
final class Mappers {
  private static final Logger LOG = System.getLogger(Mappers.class.getName());
  private static final SecureRandom REFERENCES = new SecureRandom();

  private Mappers() {}

  static Response response(Problem problem) {
    Response.ResponseBuilder response =
        Response.status(problem.status())
            .header(HttpHeaders.CONTENT_TYPE, Problem.TYPE)
            .entity(problem.json().toString());
    if (problem.status() == 429 || problem.status() == 503) {
      response.header("Retry-After", "1");
    }
    return response.build();
  }

  /** What the domain refuses. */
  public static class Faults implements ExceptionMapper<WorkspaceFault> {
    @Override
    public Response toResponse(WorkspaceFault fault) {
      return response(Problem.of(fault));
    }
  }

  /** What the server refuses, such as a path that is not there. */
  public static class Refusals implements ExceptionMapper<WebApplicationException> {
    @Override
    public Response toResponse(WebApplicationException refusal) {
      int status = refusal.getResponse().getStatus();
      if (status < 400) {
        return refusal.getResponse();
      }
      String detail =
          switch (status) {
            case 404 -> "there is no such resource; /api/v1/openapi.json lists all";
            case 405 -> "the resource does not take this method";
            case 406 -> "the resource cannot be answered in the form that Accept asks for";
            case 415 -> "a body is sent as application/json";
            default -> "the request was refused";
          };
      return response(new Problem(status, code(status), detail));
    }

    private static String code(int status) {
      return switch (status) {
        case 404 -> "NOT_FOUND";
        case 413 -> "RESOURCE_EXHAUSTED";
        default -> status < 500 ? "INVALID_ARGUMENT" : "UNAVAILABLE";
      };
    }
  }

  /** What is nobody's refusal: logged under a reference that the client is told. */
  public static class Unexpected implements ExceptionMapper<RuntimeException> {
    @Override
    public Response toResponse(RuntimeException thrown) {
      if (thrown instanceof WebApplicationException refusal) {
        return new Refusals().toResponse(refusal);
      }
      byte[] bytes = new byte[4];
      REFERENCES.nextBytes(bytes);
      String reference = HexFormat.of().formatHex(bytes);
      LOG.log(Level.WARNING, "unexpected fault in REST, reference " + reference, thrown);
      return response(new Problem(503, "UNAVAILABLE", "unexpected fault, reference " + reference));
    }
  }
}
