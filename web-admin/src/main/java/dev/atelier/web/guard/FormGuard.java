// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.guard;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.MalformedURLException;
import java.util.List;
import java.util.Locale;

/**
 * Has the server read a page's form before the page does: one that it does not take, of more than 2
 * MiB, is refused here, and not found out by each page that asks for a field. No page has a state,
 * so one that is sent along is of nobody who had a page, and is not read.
 */
public class FormGuard implements Filter {
  private static final String STATE = "jakarta.faces.ViewState";
  private static final String RESOURCES = "/api/v1";
  private static final String STATELESS = "stateless";
  private static final String VIEW = ".xhtml";
  private static final String FORM = "application/x-www-form-urlencoded";

  @Override
  public void doFilter(ServletRequest asked, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest request = (HttpServletRequest) asked;
    HttpServletResponse answer = (HttpServletResponse) response;
    if (isPage(request)) {
      // Whatever a client calls its form: the server would read the address in that too, and fail.
      request.setCharacterEncoding("UTF-8");
    }
    if (isPage(request) && isMultipart(request)) {
      Refusal.answer(
          answer,
          HttpServletResponse.SC_UNSUPPORTED_MEDIA_TYPE,
          "a page takes its form as " + FORM);
    } else if (isForm(request) && !isTaken(request)) {
      Refusal.answer(
          answer, HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE, "the form is too large");
    } else if (hasState(request)) {
      Refusal.answer(
          answer, HttpServletResponse.SC_BAD_REQUEST, "the form is of no page: open it again");
    } else if (!isThere(request)) {
      answer.sendError(HttpServletResponse.SC_NOT_FOUND);
    } else {
      chain.doFilter(request, response);
    }
  }

  /** A form that is sent to a page that is not there would be a fault of the pages' servlet. */
  private static boolean isThere(HttpServletRequest request) {
    String path = request.getServletPath();
    try {
      return !path.endsWith(VIEW) || request.getServletContext().getResource(path) != null;
    } catch (MalformedURLException e) {
      return false;
    }
  }

  private static boolean hasState(HttpServletRequest request) {
    String[] states = isPage(request) ? request.getParameterValues(STATE) : null;
    return states != null && !List.of(states).stream().allMatch(STATELESS::equals);
  }

  /** Nobody sends files, and what else may be sent so has too many ways to be wrong. */
  private static boolean isMultipart(HttpServletRequest request) {
    return hasType(request, "multipart/");
  }

  /** By the path that the server has made of the address: dots in it lead elsewhere. */
  private static boolean isPage(HttpServletRequest request) {
    return !request.getServletPath().equals(RESOURCES);
  }

  /** Resources take none, and read what they are sent by themselves. */
  private static boolean isForm(HttpServletRequest request) {
    return request.getMethod().equals("POST") && isPage(request) && hasType(request, FORM);
  }

  private static boolean hasType(HttpServletRequest request, String beginning) {
    String type = request.getContentType();
    return type != null && type.strip().toLowerCase(Locale.ROOT).startsWith(beginning);
  }

  private static boolean isTaken(ServletRequest request) {
    try {
      return request.getParameterMap() != null;
    } catch (IllegalStateException e) {
      return false;
    }
  }
}
