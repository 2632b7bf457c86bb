// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.content.backup.StoredContent.StoredBackup;
import dev.atelier.workspace.content.backup.StoredContent.StoredWorkspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.ContentOperations;
import dev.atelier.workspace.operations.StoredContentOperations;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What is in the store of content, and what could not be put there. */
@Named("storedContent")
@RequestScoped
public class StoredContentList {
  private static final int PAGE = 50;

  @Inject private StoredContentOperations stored;
  @Inject private ContentOperations content;
  @Inject private HttpServletRequest request;

  private List<Row> rows = List.of();
  private List<UnsavedRow> unsaved = List.of();
  private Paging paging = Paging.of(0, 1, PAGE);
  private String text = "";
  private String total = "";
  private boolean any;
  private String problem = "";

  /**
   * The backups of a workspace.
   *
   * @param name of it
   * @param owner of it
   * @param size of all, for people
   * @param last when it was last saved, as RFC 3339
   * @param link of the form that starts from the last one
   * @param backups the newest first
   */
  public record Row(
      String name, String owner, String size, String last, String link, List<Backup> backups) {}

  /**
   * A backup.
   *
   * @param at when it was whole, as RFC 3339
   * @param size for people
   * @param url what it is called
   */
  public record Backup(String at, String size, String url) {}

  @PostConstruct
  void read() {
    String asked = request.getParameter("q");
    text = asked == null ? "" : asked.strip();
    try {
      unsaved = UnsavedRow.of(content.unsaved());
      List<StoredWorkspace> all = stored.workspaces();
      any = !all.isEmpty();
      List<StoredWorkspace> meant =
          all.stream()
              .filter(one -> contains(one, text.toLowerCase(Locale.ROOT)))
              .sorted(Comparator.comparing(StoredWorkspace::lastSavedAt).reversed())
              .toList();
      total = WorkspaceView.bytes(meant.stream().mapToLong(StoredWorkspace::bytes).sum());
      paging = Paging.of(meant.size(), PageNumber.of(request.getParameter("page")), PAGE);
      rows =
          meant.subList(paging.from(), paging.to()).stream().map(StoredContentList::row).toList();
    } catch (WorkspaceFault fault) {
      problem = fault.getMessage();
    }
  }

  private static boolean contains(StoredWorkspace one, String part) {
    return one.key().toString().toLowerCase(Locale.ROOT).contains(part);
  }

  static Row row(StoredWorkspace one) {
    return new Row(
        one.key().metaId(),
        one.key().owner(),
        WorkspaceView.bytes(one.bytes()),
        one.lastSavedAt().toString(),
        backupLink(one.key().owner(), one.key().metaId()),
        one.backups().stream()
            .sorted(Comparator.comparing(StoredBackup::savedAt).reversed())
            .map(
                backup ->
                    new Backup(
                        backup.savedAt().toString(),
                        WorkspaceView.bytes(backup.bytes()),
                        backup.url()))
            .toList());
  }

  /** Of the form that starts from the last backup of a workspace. */
  static String backupLink(String owner, String metaId) {
    return "/start?source=backup&owner=" + encoded(owner) + "&workspace=" + encoded(metaId);
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /** The workspaces of this page, the last one saved first. */
  public List<Row> getRows() {
    return rows;
  }

  /** What instances that are gone left behind and could not be saved, oldest first. */
  public List<UnsavedRow> getUnsaved() {
    return unsaved;
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

  /** What all of it takes, for people. */
  public String getTotal() {
    return total;
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
