// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.StoredContentOperations;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The page of snapshots that was asked for, the newest first. */
@Named
@RequestScoped
public class SnapshotList {
  private static final int PAGE = 50;

  @Inject private StoredContentOperations content;
  @Inject private HttpServletRequest request;

  private List<SnapshotRow> rows = List.of();
  private Paging paging = Paging.of(0, 1, PAGE);
  private String text = "";
  private boolean any;
  private String problem = "";

  @PostConstruct
  void read() {
    String asked = request.getParameter("q");
    text = asked == null ? "" : asked.strip();
    try {
      List<Snapshot> all = content.snapshots();
      any = !all.isEmpty();
      List<Snapshot> meant =
          all.stream()
              .filter(one -> contains(one, text.toLowerCase(Locale.ROOT)))
              .sorted(Comparator.comparing(Snapshot::createdAt).reversed())
              .toList();
      paging = Paging.of(meant.size(), PageNumber.of(request.getParameter("page")), PAGE);
      rows = meant.subList(paging.from(), paging.to()).stream().map(SnapshotRow::of).toList();
    } catch (WorkspaceFault fault) {
      problem = fault.getMessage();
    }
  }

  private static boolean contains(Snapshot one, String part) {
    return (one.metaId() + " " + one.owner() + " " + one.instanceId() + " " + one.url())
        .toLowerCase(Locale.ROOT)
        .contains(part);
  }

  /** The snapshots of this page. */
  public List<SnapshotRow> getRows() {
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
