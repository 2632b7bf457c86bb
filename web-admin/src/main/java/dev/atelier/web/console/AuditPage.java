// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.ledger.AuditEntry;
import dev.atelier.workspace.ledger.AuditTrail;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.time.DateTimeException;
import java.util.List;

/** The page of the audit log that was asked for. */
@Named
@RequestScoped
public class AuditPage {
  private static final int PAGE = 50;

  @Inject private AuditTrail trail;
  @Inject private HttpServletRequest request;

  private AuditQuery query;
  private List<Row> rows = List.of();
  private List<String> acts = List.of();
  private List<String> outcomes = List.of();
  private Paging paging = Paging.of(0, 1, PAGE);
  private String problem = "";

  /**
   * An act.
   *
   * @param key of the row
   * @param at when it was over, as RFC 3339
   * @param actor who
   * @param origin by which door; may be empty
   * @param act what
   * @param subject on what
   * @param link of the page of what it was about; empty: there is none
   * @param workspace that it was about; empty where that is not known
   * @param outcome of it
   * @param well whether it was done
   */
  public record Row(
      String key,
      String at,
      String actor,
      String origin,
      String act,
      String subject,
      String link,
      String workspace,
      String outcome,
      boolean well) {
    static Row of(AuditEntry entry) {
      return new Row(
          Long.toString(entry.id()),
          entry.at().toString(),
          entry.actor(),
          entry.origin(),
          entry.act(),
          entry.subject(),
          entry.metaId().isEmpty() ? "" : "/workspaces/" + entry.subject(),
          entry.metaId(),
          entry.outcome(),
          entry.outcome().equals(AuditEntry.DONE));
    }
  }

  @PostConstruct
  void read() {
    query = AuditQuery.of(request::getParameter);
    int asked = PageNumber.of(request.getParameter("page"));
    try {
      int from = (int) Math.min((asked - 1L) * PAGE, Integer.MAX_VALUE - PAGE);
      var page = trail.page(query.filter(), from, PAGE);
      paging = Paging.of((int) Math.min(page.total(), Integer.MAX_VALUE), asked, PAGE);
      rows = page.rows().stream().map(Row::of).toList();
      acts = trail.acts();
      outcomes = trail.outcomes();
    } catch (WorkspaceFault | DateTimeException fault) {
      problem = fault.getMessage();
    }
  }

  /** The acts of this page, the newest first. */
  public List<Row> getRows() {
    return rows;
  }

  /** The names of acts to choose from. */
  public List<String> getActs() {
    return acts;
  }

  /** The outcomes to choose from. */
  public List<String> getOutcomes() {
    return outcomes;
  }

  /** Which part of all this is. */
  public Paging getPaging() {
    return paging;
  }

  /** The address of another page of the same list. */
  public String page(int number) {
    return query.search(number);
  }

  /** The address of all of it as CSV. */
  public String getCsv() {
    return "/audit.csv" + query.search(1);
  }

  /** What the address says of a field; empty: nothing. */
  public String asked(String name) {
    return query.asked().getOrDefault(name, "");
  }

  /** Whether anything is asked for. */
  public boolean isFiltered() {
    return query.asked().values().stream().anyMatch(value -> !value.isEmpty());
  }

  /** Why nothing can be shown; empty when it can. */
  public String getProblem() {
    return problem;
  }
}
