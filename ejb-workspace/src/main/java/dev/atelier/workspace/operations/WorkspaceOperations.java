// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.AdmissionLevel;
import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.Deadline;
import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.ExposedPort;
import dev.atelier.workspace.domain.Lifecycle;
import dev.atelier.workspace.domain.PortRequest;
import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.TimeoutKind;
import dev.atelier.workspace.domain.Timeouts;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceControls;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.WorkspaceStatus;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.reconcile.Activities;
import dev.atelier.workspace.reconcile.Places;
import dev.atelier.workspace.reconcile.Reconciler;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.store.WorkspaceStore;
import dev.atelier.workspace.store.WorkspaceStore.LeftAlone;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What clients may ask for, one method a call of the API. Each validates, records and answers;
 * nobody waits for a process here. A null where an enum is expected means an unknown number, and is
 * refused as such. Refusals come in the order: maintenance, the request, existence, state; the rate
 * limit comes before, at the edge.
 */
@Stateless
@TransactionManagement(TransactionManagementType.BEAN)
public class WorkspaceOperations {

  private final WorkspaceStore store;
  private final WorkspaceTracker tracker;
  private final Places places;
  private final Reconciler reconciler;
  private final Activities activities;
  private final StartRequestValidator validator;
  private final WorkspaceClasses classes;
  private final WorkspaceUrls urls;
  private final Timeouts timeouts;
  private final Maintenance maintenance;
  private final Limits limits;
  private final OwnerTokens tokens;
  private final Randomness randomness;
  private final AuditLog audit;
  private final InstantSource clock;

  /** For the container's proxy. */
  protected WorkspaceOperations() {
    this(null, null, null, null, null, null, null, null, null, null, null, null, null, null);
  }

  /** Works on these. */
  @Inject
  public WorkspaceOperations(
      WorkspaceStore store,
      WorkspaceTracker tracker,
      Reconciler reconciler,
      Activities activities,
      StartRequestValidator validator,
      WorkspaceClasses classes,
      WorkspaceUrls urls,
      Timeouts timeouts,
      Maintenance maintenance,
      Limits limits,
      OwnerTokens tokens,
      Randomness randomness,
      AuditLog audit,
      InstantSource clock) {
    this.store = store;
    this.tracker = tracker;
    this.places = tracker == null ? null : tracker.places();
    this.reconciler = reconciler;
    this.activities = activities;
    this.validator = validator;
    this.classes = classes;
    this.urls = urls;
    this.timeouts = timeouts;
    this.maintenance = maintenance;
    this.limits = limits;
    this.tokens = tokens;
    this.randomness = randomness;
    this.audit = audit;
    this.clock = clock;
  }

  /**
   * What StartWorkspace answers.
   *
   * @param url where the instance is served
   * @param ownerToken lets its owner in; a secret
   */
  public record StartedWorkspace(String url, String ownerToken) {
    @Override
    public String toString() {
      return "StartedWorkspace[" + url + "]";
    }
  }

  /**
   * An instance with what follows from it at this moment.
   *
   * @param workspace its state
   * @param lastActivity the last activity, also one that rests in memory
   * @param deadline when it is stopped if nothing happens
   */
  public record DescribedWorkspace(
      Workspace workspace, Optional<Instant> lastActivity, Optional<Deadline> deadline) {}

  /**
   * What this manager offers.
   *
   * @param classes ordered by id
   * @param preferred id of the one that an empty name means
   */
  public record ClusterDescription(List<WorkspaceClass> classes, String preferred) {}

  /** StartWorkspace: records an instance, durable on return; it starts by itself. */
  public StartedWorkspace start(StartRequest request, Caller caller) throws WorkspaceFault {
    return start(request, caller, UnaryOperator.identity());
  }

  /**
   * The same where a person asks: a person is there, so that the start is the first activity of a
   * regular instance.
   */
  public StartedWorkspace startInPerson(StartRequest request, Caller caller) throws WorkspaceFault {
    return start(
        request,
        caller,
        workspace ->
            workspace.spec().headless() ? workspace : active(workspace, workspace.createdAt()));
  }

  private StartedWorkspace start(
      StartRequest request, Caller caller, UnaryOperator<Workspace> attended)
      throws WorkspaceFault {
    return audit.call(
        caller,
        "StartWorkspace",
        request.id(),
        () -> {
          maintenance.refuse();
          StartRequestValidator.Validated valid =
              validator.validate(request, clock.instant(), caller.trace());
          Workspace workspace = attended.apply(withSnapshotId(valid.workspace()));
          String token = randomness.ownerToken();
          create(
              workspace,
              new WorkspaceSecrets(token, valid.environment(), Optional.of(valid.initializer())));
          tokens.put(workspace.id(), token);
          return new StartedWorkspace(workspace.spec().url(), token);
        });
  }

  /** What a prebuild leaves has its name from the start, so that a crash makes no second one. */
  private Workspace withSnapshotId(Workspace workspace) {
    if (workspace.spec().type() != WorkspaceType.PREBUILD) {
      return workspace;
    }
    WorkspaceStatus status = workspace.status();
    return workspace.withStatus(
        status.withProgress(
            status.progress().withSnapshotId(Optional.of(randomness.snapshotId()))));
  }

  /**
   * Two starts at the same moment must not both take the last place, and none waits for the writing
   * of another.
   */
  private void create(Workspace workspace, WorkspaceSecrets secrets) throws WorkspaceFault {
    String id = workspace.id();
    // One whose id is known is refused for that, whatever the limits.
    if (!limits.countInstances() || tracker.get(id).isPresent()) {
      store.create(workspace, secrets);
      return;
    }
    reserve(id, workspace.spec().owner());
    boolean certain = false;
    try {
      store.create(workspace, secrets);
      certain = true;
    } catch (WorkspaceFault fault) {
      certain = fault.code() != WorkspaceFault.Code.UNAVAILABLE;
      throw fault;
    } finally {
      if (certain) {
        places.released(id);
      } else {
        places.doubted(id);
      }
    }
  }

  private void reserve(String id, String owner) throws WorkspaceFault {
    try {
      places.reserve(id, owner, limits::checkInstances);
    } catch (WorkspaceFault full) {
      List<String> doubtful = places.doubtful();
      if (doubtful.isEmpty()) {
        throw full;
      }
      for (String one : doubtful) {
        // Whether it is there is told by the store before it answers.
        Optional<Workspace> unused = store.get(one);
        places.settled(one);
      }
      places.reserve(id, owner, limits::checkInstances);
    }
  }

  /** StopWorkspace: records the wish, durable on return. Unknown and stopped ones are fine. */
  public void stop(String id, StopPolicy policy, Caller caller) throws WorkspaceFault {
    audit.act(
        caller,
        "StopWorkspace",
        id,
        () -> {
          maintenance.refuse();
          Violations.requireKnown("policy", policy);
          Instant now = clock.instant();
          store.update(
              id,
              workspace -> {
                StopPolicy wish = workspace.controls().stop().map(policy::or).orElse(policy);
                if (workspace.stopped() || workspace.controls().stop().equals(Optional.of(wish))) {
                  return workspace;
                }
                return Lifecycle.stopRequested(
                    workspace.with(
                        w ->
                            w.controls(workspace.controls().withStop(Optional.of(wish)))
                                .trace(caller.trace())),
                    now);
              });
        });
  }

  /**
   * GetWorkspaces: every instance that has not stopped and is meant. Refused where it would not be
   * every one, since clients take what is not listed for gone.
   */
  public List<Workspace> list(WorkspaceFilter filter) throws WorkspaceFault {
    requireFilled();
    for (LeftAlone unreadable : store.leftAlone()) {
      if (!unreadable.stopped() && filter.mayMatch(unreadable.owner(), unreadable.metaId())) {
        throw WorkspaceFault.unavailable(unreadable.reason());
      }
    }
    return tracker.all().stream().filter(w -> !w.stopped() && filter.matches(w)).toList();
  }

  /** Every known instance, stopped ones included. */
  public List<DescribedWorkspace> overview() throws WorkspaceFault {
    requireFilled();
    return tracker.all().stream().map(this::described).toList();
  }

  /** DescribeWorkspace. */
  public DescribedWorkspace describe(String id) throws WorkspaceFault {
    requireFilled();
    return described(known(id).orElseThrow(() -> WorkspaceFault.notFound(id)));
  }

  private DescribedWorkspace described(Workspace workspace) {
    Optional<Instant> last =
        Stream.concat(
                workspace.controls().lastActivity().stream(),
                activities.resting(workspace.id()).stream())
            .max(Instant::compareTo);
    Workspace current = workspace.withControls(workspace.controls().withLastActivity(last));
    return new DescribedWorkspace(workspace, last, timeouts.deadline(current));
  }

  /** The owner token of an instance; empty text when it is not known. */
  public String ownerToken(String id) throws WorkspaceFault {
    return tokens.get(id);
  }

  /**
   * The names of the variables that an instance was given, each once, in their order; their values
   * stay where they are.
   */
  public List<String> environmentNames(String id) throws WorkspaceFault {
    return store
        .secrets(id)
        .map(secrets -> secrets.environment().stream().map(EnvironmentVariable::name).distinct())
        .orElseThrow(() -> WorkspaceFault.notFound(id))
        .toList();
  }

  /** MarkActive: durable on return, but for what comes within 5 s of a durable one. */
  public void markActive(String id, boolean closed, boolean ignoreIfActive, Caller caller)
      throws WorkspaceFault {
    Workspace known = requireActive(id);
    Optional<Instant> last = known.controls().lastActivity();
    boolean first = known.status().conditions().firstUserActivity().isEmpty();
    if (ignoreIfActive && (last.isPresent() || activities.resting(id).isPresent())) {
      return;
    }
    Instant now = clock.instant();
    Activities.Next next = activities.note(id, now, last);
    boolean closedChanges = known.controls().closed() != closed;
    if (!first && !closedChanges && next != Activities.Next.WRITE) {
      if (next == Activities.Next.ARM) {
        reconciler.enqueue(id);
      }
      return;
    }
    if (!first && !closedChanges) {
      writeActivity(id, closed, now, caller);
      return;
    }
    audit.act(
        caller,
        "MarkActive",
        id,
        () -> {
          writeActivity(id, closed, now, caller);
        });
  }

  private void writeActivity(String id, boolean closed, Instant now, Caller caller)
      throws WorkspaceFault {
    try {
      change(
          id,
          caller,
          workspace ->
              active(workspace.withControls(workspace.controls().withClosed(closed)), now));
      activities.written(id, now);
    } catch (WorkspaceFault fault) {
      if (fault.code() == WorkspaceFault.Code.NOT_FOUND) {
        activities.clear(id);
      } else {
        activities.failed(id, now);
        reconciler.enqueue(id);
      }
      throw fault;
    }
  }

  private static Workspace active(Workspace workspace, Instant now) {
    WorkspaceControls controls = workspace.controls();
    WorkspaceStatus status = workspace.status();
    boolean later = controls.lastActivity().map(now::isAfter).orElse(true);
    boolean first = status.conditions().firstUserActivity().isEmpty();
    return workspace.with(
        w -> {
          if (later) {
            w.controls(controls.withLastActivity(Optional.of(now)));
          }
          if (first) {
            w.status(
                status.withConditions(status.conditions().withFirstUserActivity(Optional.of(now))));
          }
        });
  }

  /** SetTimeout: takes effect at once. */
  public void setTimeout(String id, TimeoutKind kind, String duration, Caller caller)
      throws WorkspaceFault {
    audit.act(
        caller,
        "SetTimeout",
        id,
        () -> {
          Violations violations = new Violations();
          violations.known("type", kind);
          violations.check(!duration.isEmpty(), "duration", "is missing");
          Duration timeout =
              violations.duration("duration", duration, Duration.ZERO, kind == TimeoutKind.CLOSED);
          violations.throwIfAny();
          change(
              id,
              caller,
              workspace ->
                  workspace.withControls(
                      switch (kind) {
                        case WORKSPACE ->
                            workspace
                                .controls()
                                .with(c -> c.timeout(timeout).closedTimeout(Duration.ZERO));
                        case CLOSED -> workspace.controls().withClosedTimeout(timeout);
                      }));
        });
  }

  /**
   * ControlPort.
   *
   * @param spec null when the request had none
   */
  public void controlPort(String id, boolean expose, PortRequest spec, Caller caller)
      throws WorkspaceFault {
    audit.act(
        caller,
        "ControlPort",
        id,
        () -> {
          Violations violations = new Violations();
          if (violations.check(spec != null, "spec", "is missing")) {
            StartRequestValidator.port("spec.port", spec.port(), violations);
            violations.known("spec.visibility", spec.visibility());
            violations.known("spec.protocol", spec.protocol());
          }
          violations.throwIfAny();
          change(
              id,
              caller,
              workspace -> {
                List<ExposedPort> ports = new ArrayList<>(workspace.controls().ports());
                ports.removeIf(port -> port.port() == spec.port());
                if (expose) {
                  ports.add(urls.port(id, workspace.spec(), spec));
                }
                return workspace.withControls(workspace.controls().withPorts(ports));
              });
        });
  }

  /** ControlAdmission. */
  public void controlAdmission(String id, AdmissionLevel level, Caller caller)
      throws WorkspaceFault {
    audit.act(
        caller,
        "ControlAdmission",
        id,
        () -> {
          Violations.requireKnown("level", level);
          change(
              id,
              caller,
              workspace -> workspace.withControls(workspace.controls().withAdmission(level)));
        });
  }

  /** UpdateSSHKey: these replace the present keys. */
  public void updateSshKeys(String id, List<String> keys, Caller caller) throws WorkspaceFault {
    audit.act(
        caller,
        "UpdateSSHKey",
        id,
        () -> {
          Violations violations = new Violations();
          violations.check(!keys.isEmpty(), "keys", "is missing");
          StartRequestValidator.sshKeys("keys", keys, violations);
          violations.throwIfAny();
          change(
              id,
              caller,
              workspace -> workspace.withControls(workspace.controls().withSshPublicKeys(keys)));
        });
  }

  /** DescribeCluster. */
  public ClusterDescription describeCluster() {
    return new ClusterDescription(classes.all(), classes.preferred());
  }

  /** Changes an instance that has not stopped, on behalf of somebody. */
  private void change(String id, Caller caller, Workspace.Change change) throws WorkspaceFault {
    Optional<Workspace> changed =
        store.update(
            id,
            workspace -> {
              if (workspace.stopped()) {
                throw WorkspaceFault.notFound(id);
              }
              return change.apply(workspace).withTrace(caller.trace());
            });
    if (changed.isEmpty()) {
      throw WorkspaceFault.notFound(id);
    }
  }

  /** The instance, also one that another manager has just recorded. */
  private Optional<Workspace> known(String id) throws WorkspaceFault {
    Optional<Workspace> tracked = tracker.get(id);
    return tracked.isPresent() ? tracked : store.get(id);
  }

  private void requireFilled() throws WorkspaceFault {
    if (!tracker.filled()) {
      throw WorkspaceFault.unavailable("the manager is starting; try again in a moment");
    }
  }

  private Workspace requireActive(String id) throws WorkspaceFault {
    requireFilled();
    return known(id)
        .filter(workspace -> !workspace.stopped())
        .orElseThrow(() -> WorkspaceFault.notFound(id));
  }
}
