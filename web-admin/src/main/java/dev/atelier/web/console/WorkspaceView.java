// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.Deadline;
import dev.atelier.workspace.domain.ExposedPort;
import dev.atelier.workspace.domain.GitStatus;
import dev.atelier.workspace.domain.GoDuration;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Progress;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceControls;
import dev.atelier.workspace.domain.WorkspaceStatus;
import dev.atelier.workspace.ledger.Advice;
import dev.atelier.workspace.operations.WorkspaceOperations.DescribedWorkspace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One instance, whole, as its page shows it. There is no secret in it.
 *
 * @param row what the table shows of it too
 * @param facts what was asked for
 * @param conditions what holds of it
 * @param steps when it came how far
 * @param ports exposed ones, ordered by number
 * @param content where its content comes from, and what git says of it
 * @param controls what can be changed of it
 * @param advice what to do about its failure; may be empty
 * @param running whether a backup can be asked for
 * @param extendable whether its deadline moves when it is used
 */
public record WorkspaceView(
    WorkspaceRow row,
    List<Fact> facts,
    List<Condition> conditions,
    List<Step> steps,
    List<Port> ports,
    List<Fact> content,
    Controls controls,
    String advice,
    boolean running,
    boolean extendable) {
  /** The request's attribute that holds it. */
  static final String ATTRIBUTE = "shown";

  /**
   * Something that is so.
   *
   * @param name what
   * @param value how
   */
  public record Fact(String name, String value) {}

  /**
   * Something that holds or does not.
   *
   * @param name what
   * @param holds whether
   * @param detail in which way; may be empty
   */
  public record Condition(String name, boolean holds, String detail) {}

  /**
   * A point of its life.
   *
   * @param name what happened
   * @param at when, as RFC 3339
   * @param after how long after its creation
   */
  public record Step(String name, String at, String after) {}

  /**
   * A port that is served.
   *
   * @param number 1 to 65535
   * @param visibility who may use it
   * @param protocol how it is talked to
   * @param url where
   */
  public record Port(int number, String visibility, String protocol, String url) {
    /** Who may use it, for people. */
    public String openTo() {
      return visibility.equals("public") ? "everyone" : "those who may enter";
    }
  }

  /**
   * What can be changed.
   *
   * @param timeout as it is entered
   * @param closedTimeout as it is entered
   * @param headless whether the timeout is a running time
   * @param admission the level, for the form
   * @param keys that are recorded
   */
  public record Controls(
      String timeout,
      String closedTimeout,
      boolean headless,
      String admission,
      List<SshKeyRow> keys) {}

  static WorkspaceView of(DescribedWorkspace described) {
    Workspace workspace = described.workspace();
    return new WorkspaceView(
        WorkspaceRow.of(described),
        facts(workspace),
        conditions(workspace.status().conditions()),
        steps(described),
        workspace.controls().ports().stream().map(WorkspaceView::port).toList(),
        content(workspace),
        controls(workspace),
        Advice.on(failure(workspace.status().conditions())),
        workspace.phase() == Phase.RUNNING,
        described.deadline().map(deadline -> moves(workspace, deadline)).orElse(false));
  }

  private static String failure(Conditions conditions) {
    return conditions.failed().isEmpty() ? conditions.headlessTaskFailed() : conditions.failed();
  }

  private static boolean moves(Workspace workspace, Deadline deadline) {
    return switch (deadline.activity()) {
      case INACTIVITY, CLOSED -> true;
      case STARTUP -> workspace.phase() == Phase.RUNNING;
      case INITIALIZATION,
          CREATING_CONTAINERS,
          PULLING_IMAGES,
          RUNNING_HEADLESS,
          LIFETIME,
          INTERRUPTION,
          STOPPING,
          BACKUP ->
          false;
    };
  }

  private static Controls controls(Workspace workspace) {
    WorkspaceControls controls = workspace.controls();
    return new Controls(
        GoDuration.format(controls.timeout()),
        GoDuration.format(controls.closedTimeout()),
        workspace.spec().headless(),
        Wording.key(controls.admission()),
        controls.sshPublicKeys().stream().map(SshKeyRow::of).toList());
  }

  private static List<Fact> facts(Workspace workspace) {
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("Instance", workspace.id()));
    facts.add(new Fact("Owner", workspace.spec().owner()));
    facts.add(new Fact("Type", Wording.key(workspace.spec().type())));
    facts.add(new Fact("Class", workspace.spec().workspaceClass()));
    facts.add(new Fact("Image", workspace.spec().workspaceImage()));
    facts.add(new Fact("Address", workspace.spec().url()));
    facts.add(new Fact("Open to", Wording.of(workspace.controls().admission())));
    facts.add(
        new Fact(
            workspace.spec().headless() ? "Running time" : "Inactivity timeout",
            HumanDuration.of(workspace.controls().timeout())));
    Duration closed = workspace.controls().closedTimeout();
    facts.add(new Fact("Closed timeout", closed.isZero() ? "off" : HumanDuration.of(closed)));
    facts.add(new Fact("Maximum lifetime", HumanDuration.of(workspace.spec().maximumLifetime())));
    String node = workspace.status().runtime().nodeName();
    if (!node.isEmpty()) {
      facts.add(new Fact("Placed on", node));
    }
    return List.copyOf(facts);
  }

  private static List<Condition> conditions(Conditions conditions) {
    return List.of(
        new Condition("Failed", !conditions.failed().isEmpty(), conditions.failed()),
        new Condition(
            "Task failed",
            !conditions.headlessTaskFailed().isEmpty(),
            conditions.headlessTaskFailed()),
        new Condition("Timed out", !conditions.timeout().isEmpty(), conditions.timeout()),
        new Condition("Stop requested", conditions.stoppedByRequest(), ""),
        new Condition("Aborted", conditions.aborted(), ""),
        new Condition("Deployed", conditions.deployed(), ""),
        new Condition("Pulling images", conditions.pullingImages(), ""),
        new Condition("Network not ready", conditions.networkNotReady(), ""),
        new Condition("Final backup complete", conditions.finalBackupComplete(), ""),
        new Condition("Snapshot", !conditions.snapshot().isEmpty(), conditions.snapshot()));
  }

  private static List<Step> steps(DescribedWorkspace described) {
    Workspace workspace = described.workspace();
    Progress progress = workspace.status().progress();
    Instant created = workspace.createdAt();
    List<Step> steps = new ArrayList<>();
    steps.add(new Step("Created", created.toString(), ""));
    add(steps, "Content ready", progress.contentReadyAt(), created);
    add(steps, "Running", progress.runningAt(), created);
    add(steps, "First used", workspace.status().conditions().firstUserActivity(), created);
    add(steps, "Last used", described.lastActivity(), created);
    add(steps, "Stopping", progress.stoppingAt(), created);
    add(steps, "Processes ended", progress.endedAt(), created);
    add(steps, "Stopped", progress.stoppedAt(), created);
    return List.copyOf(steps);
  }

  private static void add(List<Step> steps, String name, Optional<Instant> at, Instant created) {
    at.ifPresent(
        instant ->
            steps.add(
                new Step(
                    name,
                    instant.toString(),
                    "after " + HumanDuration.of(Duration.between(created, instant)))));
  }

  private static Port port(ExposedPort port) {
    return new Port(
        port.port(), Wording.key(port.visibility()), Wording.key(port.protocol()), port.url());
  }

  private static List<Fact> content(Workspace workspace) {
    List<Fact> facts = new ArrayList<>();
    for (Initializer.Git git : workspace.spec().initializer().gitSteps().toList()) {
      facts.add(new Fact("Repository", withoutUserInfo(git.remoteUri())));
      if (!git.cloneTarget().isEmpty()) {
        facts.add(new Fact("Asked for", git.cloneTarget()));
      }
    }
    WorkspaceStatus status = workspace.status();
    status.repo().ifPresent(repo -> add(facts, repo));
    status
        .initializerMetrics()
        .steps()
        .forEach(
            (kind, metric) ->
                facts.add(
                    new Fact(
                        Wording.key(kind).replace('_', ' ') + " took",
                        HumanDuration.of(metric.duration()) + ", " + bytes(metric.size()))));
    return List.copyOf(facts);
  }

  private static void add(List<Fact> facts, GitStatus repo) {
    facts.add(new Fact("Branch", repo.branch().isEmpty() ? "detached" : repo.branch()));
    if (!repo.latestCommit().isEmpty()) {
      facts.add(new Fact("Commit", repo.latestCommit()));
    }
    facts.add(
        new Fact(
            "Not pushed",
            "%d commits, %d changed files, %d new files"
                .formatted(
                    repo.totalUnpushedCommits(),
                    repo.totalUncommittedFiles(),
                    repo.totalUntrackedFiles())));
  }

  /** A URL may carry a password before its host. */
  static String withoutUserInfo(String url) {
    return url.replaceFirst("^([a-zA-Z][a-zA-Z0-9+.-]*://)[^/?#]*@", "$1");
  }

  static String bytes(long size) {
    if (size < 1_000) {
      return size + " B";
    }
    if (size < 1_000_000) {
      return "%.1f kB".formatted(size / 1e3);
    }
    return size < 1_000_000_000 ? "%.1f MB".formatted(size / 1e6) : "%.1f GB".formatted(size / 1e9);
  }
}
