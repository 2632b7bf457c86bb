package dev.atelier.web.console;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.ContentOperations;
import dev.atelier.workspace.operations.Maintenance;
import dev.atelier.workspace.operations.WorkspaceOperations;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;

/** What the first page shows. */
@Named
@RequestScoped
public class Overview {
  @Inject private WorkspaceOperations operations;
  @Inject private ContentOperations content;
  @Inject private Maintenance maintenance;

  private List<WorkspaceRow> rows = List.of();
  private List<UnsavedRow> unsaved = List.of();
  private String problem = "";

  @PostConstruct
  void read() {
    try {
      rows = WorkspaceRow.of(operations.overview());
      unsaved = UnsavedRow.of(content.unsaved());
    } catch (WorkspaceFault fault) {
      problem = fault.getMessage();
    }
  }

  /** Every known instance, the newest first. */
  public List<WorkspaceRow> getRows() {
    return rows;
  }

  /** What instances that are gone left behind and could not be saved, oldest first. */
  public List<UnsavedRow> getUnsaved() {
    return unsaved;
  }

  /** The row that the browser copies for a new instance. */
  public WorkspaceRow getBlank() {
    return WorkspaceRow.BLANK;
  }

  /** Why nothing can be shown; empty when it can. */
  public String getProblem() {
    return problem;
  }

  /** The end of the present maintenance as RFC 3339; empty when there is none. */
  public String getMaintenanceUntil() {
    return maintenance.until().map(Object::toString).orElse("");
  }
}
