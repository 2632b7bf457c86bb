// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.WorkspaceFault;
import jakarta.annotation.PostConstruct;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Of a list what the address asks for: those in which its {@code q} occurs, a page of them.
 *
 * @param <R> a row of the page
 */
public class FoundRows<R> {
  private static final int PAGE = 50;

  @Inject private HttpServletRequest request;

  private List<R> rows = List.of();
  private Paging paging = Paging.of(0, 1, PAGE);
  private String text = "";
  private boolean any;
  private String problem = "";

  @PostConstruct
  void ask() {
    String asked = request.getParameter("q");
    text = asked == null ? "" : asked.strip();
  }

  /**
   * Shows what is found among all.
   *
   * @param words in which it is looked for
   * @return all that were found, in that order
   */
  <T> List<T> find(
      List<T> all, Function<T, String> words, Comparator<T> order, Function<T, R> row) {
    String part = text.toLowerCase(Locale.ROOT);
    List<T> found =
        all.stream()
            .filter(one -> words.apply(one).toLowerCase(Locale.ROOT).contains(part))
            .sorted(order)
            .toList();
    any = !all.isEmpty();
    paging = Paging.of(found.size(), PageNumber.of(request.getParameter("page")), PAGE);
    rows = found.subList(paging.from(), paging.to()).stream().map(row).toList();
    return found;
  }

  /** Shows why there is nothing to be found in. */
  void fail(WorkspaceFault fault) {
    problem = fault.getMessage();
  }

  /** The rows of this page. */
  public List<R> getRows() {
    return rows;
  }

  /** Which part of all this is. */
  public Paging getPaging() {
    return paging;
  }

  /** The address of another page of the same list. */
  public String page(int number) {
    return PageSearch.of("q", text, number);
  }

  /** What is looked for; empty: everything. */
  public String getText() {
    return text;
  }

  /** Whether there is any at all. */
  public boolean isAny() {
    return any;
  }

  /** Why nothing can be shown; empty when it can. */
  public String getProblem() {
    return problem;
  }
}
