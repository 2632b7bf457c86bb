package dev.atelier.web.console;

import dev.atelier.web.security.CurrentUser;
import dev.atelier.workspace.domain.FieldViolation;
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
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** The form that starts an instance from a repository. */
@Named
@RequestScoped
public class StartForm {
  @Inject private WorkspaceOperations operations;
  @Inject private Limits limits;
  @Inject private CurrentUser user;

  private ClusterDescription cluster;
  private String url = "";
  private String branch = "";
  private String image = ConsoleStart.IMAGE;
  private String workspaceClass = "";
  private String problem = "";
  private final Map<String, String> violations = new TreeMap<>();

  @PostConstruct
  void read() {
    cluster = operations.describeCluster();
    workspaceClass = cluster.preferred();
  }

  /** Starts it and leads back to the page, or says at each field what is wrong with it. */
  public void start() throws IOException {
    String id = UUID.randomUUID().toString();
    StartRequest request =
        new ConsoleStart(url.strip(), branch.strip(), image.strip(), workspaceClass).request(id);
    try {
      limits.acquire("StartWorkspace");
      operations.start(request, user.operator());
      ExternalContext browser = FacesContext.getCurrentInstance().getExternalContext();
      browser.redirect(browser.getRequestContextPath() + "/?started=" + id);
    } catch (WorkspaceFault fault) {
      refused(fault);
    }
  }

  private void refused(WorkspaceFault fault) {
    for (FieldViolation violation : fault.violations()) {
      violations.merge(
          ConsoleStart.formField(violation.field()),
          ConsoleStart.formField(violation.field()).isEmpty()
              ? violation.field() + " " + violation.description()
              : violation.description(),
          (one, more) -> one + "; " + more);
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

  /** The repository's URL. */
  public String getUrl() {
    return url;
  }

  public void setUrl(String url) {
    this.url = url;
  }

  /** The branch; empty: the repository's default one. */
  public String getBranch() {
    return branch;
  }

  public void setBranch(String branch) {
    this.branch = branch;
  }

  /** The image, which selects what runs. */
  public String getImage() {
    return image;
  }

  public void setImage(String image) {
    this.image = image;
  }

  /** Id of the class. */
  public String getWorkspaceClass() {
    return workspaceClass;
  }

  public void setWorkspaceClass(String workspaceClass) {
    this.workspaceClass = workspaceClass;
  }
}
