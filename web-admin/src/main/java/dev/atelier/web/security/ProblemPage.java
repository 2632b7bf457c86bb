// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.WorkspaceFault;

/**
 * A page that says what is wrong and what to do next.
 *
 * @param title in a few words
 * @param text in a sentence or two
 */
public record ProblemPage(String title, String text) {
  /** The request's attribute that holds it. */
  static final String ATTRIBUTE = "problem";

  static ProblemPage of(WorkspaceFault fault) {
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
}
