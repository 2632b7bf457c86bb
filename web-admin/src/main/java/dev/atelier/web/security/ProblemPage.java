// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import dev.atelier.workspace.domain.WorkspaceFault;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * A page that says what is wrong and what to do next.
 *
 * @param title in a few words
 * @param text in a sentence or two
 */
public record ProblemPage(String title, String text) {
  /** The request's attribute that holds it. */
  private static final String ATTRIBUTE = "problem";

  /** What is said of a refusal. */
  public static ProblemPage of(WorkspaceFault fault) {
    return switch (fault.code()) {
      case PERMISSION_DENIED -> new ProblemPage("That is not allowed", fault.getMessage() + ".");
      case NOT_FOUND ->
          new ProblemPage(
              "There is no such workspace",
              "Its address may be misspelled, or it stopped a while ago and was forgotten."
                  + " Starting its repository again makes a new one.");
      case UNAVAILABLE ->
          new ProblemPage("Not ready yet", "The manager is starting. Try again in a moment.");
      case INVALID_ARGUMENT, ALREADY_EXISTS, FAILED_PRECONDITION, RESOURCE_EXHAUSTED ->
          new ProblemPage("That did not work", fault.getMessage());
    };
  }

  /** Whether who asks shows the answer to somebody, and is no program. */
  static boolean shownTo(HttpServletRequest request, String path) {
    String accept = request.getHeader("Accept");
    return accept != null && accept.contains("text/html") && !path.startsWith("/api/");
  }

  /** Answers with it. */
  public void show(HttpServletRequest request, HttpServletResponse response, int status)
      throws ServletException, IOException {
    request.setAttribute(ATTRIBUTE, this);
    response.setStatus(status);
    request.getRequestDispatcher("/problem.xhtml").forward(request, response);
  }
}
