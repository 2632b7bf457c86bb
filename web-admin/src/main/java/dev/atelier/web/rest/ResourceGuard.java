// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import dev.atelier.web.security.Problem;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Refuses what Jersey has a fault over before it asks any resource: a form, which it reads whole,
 * and beside one a query that is not percent-encoded.
 */
public class ResourceGuard implements Filter {
  private static final String FORM = "application/x-www-form-urlencoded";

  /** Possessive: the longest query is read without a step back. */
  private static final Pattern ENCODED = Pattern.compile("(?:[^%]++|%[0-9a-fA-F]{2})*+");

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Optional<Problem> problem = problem((HttpServletRequest) request);
    if (problem.isPresent()) {
      problem.get().answer((HttpServletResponse) response);
    } else {
      chain.doFilter(request, response);
    }
  }

  private static Optional<Problem> problem(HttpServletRequest request) {
    if (isForm(request) && hasBody(request)) {
      return Optional.of(
          new Problem(
              415, "INVALID_ARGUMENT", "a body is sent as application/json, not as a form"));
    }
    String query = request.getQueryString();
    if (query != null && !ENCODED.matcher(query).matches()) {
      return Optional.of(
          new Problem(
              400,
              "INVALID_ARGUMENT",
              "a percent sign in the query needs two hexadecimal digits; itself it is %25"));
    }
    return Optional.empty();
  }

  private static boolean isForm(HttpServletRequest request) {
    String type = request.getContentType();
    return type != null && type.strip().toLowerCase(Locale.ROOT).startsWith(FORM);
  }

  /** Programs say the type of a body that they do not send. */
  private static boolean hasBody(HttpServletRequest request) {
    return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
  }
}
