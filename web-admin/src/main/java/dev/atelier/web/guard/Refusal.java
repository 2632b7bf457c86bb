// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.guard;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** How a guard says no: in a line of plain text, before any page is asked. */
final class Refusal {
  private Refusal() {}

  static void answer(HttpServletResponse response, int status, String why) throws IOException {
    response.setStatus(status);
    response.setContentType("text/plain;charset=UTF-8");
    response.getWriter().println(why);
  }
}
