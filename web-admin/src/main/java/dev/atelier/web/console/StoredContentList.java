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
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/** What is in the store of content, and what could not be put there. */
@Named("storedContent")
@RequestScoped
public class StoredContentList extends FoundRows<StoredContentList.Row> {
  private static final Comparator<StoredWorkspace> LAST_SAVED_FIRST =
      Comparator.comparing(StoredWorkspace::lastSavedAt).reversed();

  @Inject private StoredContentOperations stored;
  @Inject private ContentOperations content;

  private List<UnsavedRow> unsaved = List.of();
  private String total = "";

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
    try {
      unsaved = UnsavedRow.of(content.unsaved());
      List<StoredWorkspace> found =
          find(
              stored.workspaces(),
              one -> one.key().toString(),
              LAST_SAVED_FIRST,
              StoredContentList::row);
      total = WorkspaceView.bytes(found.stream().mapToLong(StoredWorkspace::bytes).sum());
    } catch (WorkspaceFault fault) {
      fail(fault);
    }
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

  /** What instances that are gone left behind and could not be saved, oldest first. */
  public List<UnsavedRow> getUnsaved() {
    return unsaved;
  }

  /** What all of it takes, for people. */
  public String getTotal() {
    return total;
  }
}
