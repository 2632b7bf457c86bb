// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.web.console.StartRows.PortRow;
import dev.atelier.web.console.StartRows.VariableRow;
import dev.atelier.web.security.CurrentUser;
import dev.atelier.workspace.domain.FieldViolation;
import dev.atelier.workspace.domain.PersonName;
import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.Limits;
import dev.atelier.workspace.operations.WorkspaceOperations;
import dev.atelier.workspace.operations.WorkspaceOperations.ClusterDescription;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.context.ExternalContext;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** The form that starts an instance. */
@Named
@RequestScoped
public class StartForm {
  @Inject private WorkspaceOperations operations;
  @Inject private Limits limits;
  @Inject private CurrentUser user;
  @Inject private HttpServletRequest request;

  private ClusterDescription cluster;
  private StartRows rows;
  private String source = "";
  private String owner = "";
  private String workspace = "";
  private String snapshot = "";
  private String url = "";
  private String branch = "";
  private String image = ConsoleStart.IMAGE;
  private String workspaceClass = "";
  private String problem = "";
  private final Map<String, String> violations = new TreeMap<>();

  /** An address may say what to start from: {@code ?snapshot=}, {@code ?owner=&workspace=}. */
  @PostConstruct
  void read() {
    cluster = operations.describeCluster();
    workspaceClass = cluster.preferred();
    rows = StartRows.of(request);
    snapshot = parameter("snapshot");
    workspace = parameter("workspace");
    owner = parameter("owner");
    url = parameter("url");
    if (owner.isEmpty()) {
      owner = PersonName.owner(user.getName());
    }
    source = parameter("source");
    if (source.isEmpty() && !snapshot.isEmpty()) {
      source = "snapshot";
    }
  }

  /** Faces gives null for a field that did not come, or not in percent-encoding. */
  private static String sent(String value) {
    return value == null ? "" : value;
  }

  private String parameter(String name) {
    String value = request.getParameter(name);
    return value == null ? "" : value.strip();
  }

  /** Starts it and leads to its page, or says at each field what is wrong with it. */
  public void start() throws IOException {
    String id = UUID.randomUUID().toString();
    StartRequest start =
        new ConsoleStart(
                owner.strip(),
                workspace.strip(),
                content(),
                image.strip(),
                workspaceClass,
                rows.requests(),
                rows.environment())
            .request(id);
    try {
      limits.acquire("StartWorkspace");
      operations.startInPerson(start, user.operator());
      ExternalContext browser = FacesContext.getCurrentInstance().getExternalContext();
      browser.redirect(browser.getRequestContextPath() + "/workspaces/" + id);
    } catch (WorkspaceFault fault) {
      refused(fault);
    }
  }

  private ConsoleStart.Source content() {
    return switch (source) {
      case "snapshot" -> new ConsoleStart.Snapshot(snapshot.strip());
      case "backup" -> new ConsoleStart.Backup();
      default -> new ConsoleStart.Repository(url.strip(), branch.strip());
    };
  }

  private void refused(WorkspaceFault fault) {
    for (FieldViolation violation : fault.violations()) {
      String field = rows.formField(ConsoleStart.formField(violation.field()));
      violations.merge(
          field,
          field.isEmpty()
              ? violation.field() + " " + violation.description()
              : violation.description(),
          (one, more) -> one.equals(more) ? one : one + "; " + more);
    }
    problem = violations.isEmpty() ? fault.getMessage() : violations.getOrDefault("", "");
    FacesContext.getCurrentInstance()
        .getExternalContext()
        .setResponseStatus(FaultStatus.of(fault.code()));
  }

  /** What is wrong with a field of the form; empty when nothing is. */
  public String violation(String field) {
    return violations.getOrDefault(field, "");
  }

  /** What is wrong beside the fields; empty when nothing is. */
  public String getProblem() {
    return problem;
  }

  /** The classes to choose from, ordered by id. */
  public List<WorkspaceClass> getClasses() {
    return cluster.classes();
  }

  /** The ports that were entered, and one empty row. */
  public List<PortRow> getPorts() {
    return rows.ports();
  }

  /** The variables that were entered, and one empty row. */
  public List<VariableRow> getVariables() {
    return rows.variables();
  }

  /** Where content comes from: {@code snapshot}, {@code backup}, else a repository. */
  public String getSource() {
    return source;
  }

  public void setSource(String source) {
    this.source = sent(source);
  }

  /** Whose it will be. */
  public String getOwner() {
    return owner;
  }

  public void setOwner(String owner) {
    this.owner = sent(owner);
  }

  /** The name of the workspace proper; empty: one is made. */
  public String getWorkspace() {
    return workspace;
  }

  public void setWorkspace(String workspace) {
    this.workspace = sent(workspace);
  }

  /** The snapshot's URL. */
  public String getSnapshot() {
    return snapshot;
  }

  public void setSnapshot(String snapshot) {
    this.snapshot = sent(snapshot);
  }

  /** The repository's URL. */
  public String getUrl() {
    return url;
  }

  public void setUrl(String url) {
    this.url = sent(url);
  }

  /** The branch; empty: the repository's default one. */
  public String getBranch() {
    return branch;
  }

  public void setBranch(String branch) {
    this.branch = sent(branch);
  }

  /** The image, which selects what runs. */
  public String getImage() {
    return image;
  }

  public void setImage(String image) {
    this.image = sent(image);
  }

  /** Id of the class. */
  public String getWorkspaceClass() {
    return workspaceClass;
  }

  public void setWorkspaceClass(String workspaceClass) {
    this.workspaceClass = sent(workspaceClass);
  }
}
