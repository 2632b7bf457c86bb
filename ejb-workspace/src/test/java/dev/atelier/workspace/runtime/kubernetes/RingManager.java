// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.config.MapConfig;
import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.Lifecycle;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.TimeoutSettings;
import dev.atelier.workspace.domain.Timeouts;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.operations.Adoption;
import dev.atelier.workspace.operations.AuditLog;
import dev.atelier.workspace.operations.Limits;
import dev.atelier.workspace.operations.Maintenance;
import dev.atelier.workspace.operations.OwnerTokens;
import dev.atelier.workspace.operations.Randomness;
import dev.atelier.workspace.operations.StartRequestValidator;
import dev.atelier.workspace.operations.WorkspaceClasses;
import dev.atelier.workspace.operations.WorkspaceOperations;
import dev.atelier.workspace.operations.WorkspaceUrls;
import dev.atelier.workspace.reconcile.Activities;
import dev.atelier.workspace.reconcile.Deadlines;
import dev.atelier.workspace.reconcile.Leadership;
import dev.atelier.workspace.reconcile.Reconciler;
import dev.atelier.workspace.reconcile.Snapshots;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.runtime.kubernetes.state.ApiCluster;
import dev.atelier.workspace.runtime.kubernetes.state.ApiLine;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A whole manager, without a server, on a real API server: one of several. */
final class RingManager implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  final ApiLine line;
  final KubernetesManager manager;
  final WorkspaceTracker tracker;
  final WorkspaceOperations operations;
  final Maintenance maintenance;
  final List<WorkspaceChanged> heard = new CopyOnWriteArrayList<>();
  volatile boolean leads;
  private final KubernetesManager.Pods pods;
  private final Reconciler reconciler;
  private final Leadership leadership;
  private final Workers reconcilers = Workers.over(Executors.defaultThreadFactory(), 8);
  private final ScheduledExecutorService alarms = Executors.newSingleThreadScheduledExecutor();

  RingManager(ApiCluster cluster, String name) throws WorkspaceFault, IOException {
    InstantSource clock = InstantSource.system();
    line = cluster.anotherLine();
    manager =
        KubernetesManager.open(
            cluster.over(line), cluster.over(line), cluster.namespace, name, PATIENCE);
    tracker = new WorkspaceTracker(heard::add, Runnable::run);
    Snapshots snapshots = Snapshots.of(manager.snapshots(), tracker, id -> false);
    WorkspaceClasses classes = classes();
    pods =
        manager.pods(
            new Settings(new MapConfig(Map.of())),
            classes::get,
            snapshots::settled,
            key -> 0,
            Workers.over(Executors.defaultThreadFactory(), 16),
            Executors.newSingleThreadScheduledExecutor(),
            clock);
    AuditLog audit = new AuditLog();
    maintenance = new Maintenance(manager.maintenance(), Optional.empty(), clock, audit);
    Activities activities = new Activities();
    Timeouts timeouts = new Timeouts(TimeoutSettings.DEFAULT, Duration.ofSeconds(7));
    reconciler =
        new Reconciler(
            manager.store(),
            pods.runtime(),
            new Lifecycle(timeouts),
            tracker,
            snapshots,
            activities,
            maintenance::until,
            new Alarms(),
            reconcilers,
            8,
            clock,
            new Random(1));
    WorkspaceUrls urls = new WorkspaceUrls("http://{host}/{id}", "http://{host}/{id}:{port}", "h");
    StartRequestValidator validator =
        new StartRequestValidator(classes, TimeoutSettings.DEFAULT, urls, Set.of("https"));
    Randomness randomness = Randomness.secure();
    operations =
        new WorkspaceOperations(
            manager.store(),
            tracker,
            reconciler,
            activities,
            validator,
            classes,
            urls,
            timeouts,
            maintenance,
            new Limits(Limits.Settings.NONE, clock),
            new OwnerTokens(manager.store()),
            randomness,
            audit,
            clock);
    reconciler.open();
    leadership = manager.leadership(new Adoption(validator, urls, randomness, clock));
    leadership.begin(
        () -> {
          reconciler.lead();
          leads = true;
        },
        () -> {
          leads = false;
          reconciler.follow();
        });
  }

  private static WorkspaceClasses classes() {
    WorkspaceClass one =
        new WorkspaceClass(
            "default",
            "default",
            "",
            0,
            new WorkspaceClass.Resources(50, 0, 64L << 20, 256L << 20, 0, 256L << 20),
            Duration.ZERO);
    return new WorkspaceClasses(List.of(one), "default", Map.of(), false);
  }

  private final class Alarms implements Deadlines {
    @Override
    public void arm(String id, Instant when) {
      long millis = Math.max(1, Duration.between(Instant.now(), when).toMillis());
      if (!alarms.isShutdown()) {
        var unused = alarms.schedule(() -> reconciler.due(id), millis, TimeUnit.MILLISECONDS);
      }
    }

    @Override
    public void disarm(String id) {}
  }

  void start(String id) throws WorkspaceFault {
    start(id, "meta-" + id);
  }

  void start(String id, String metaId) throws WorkspaceFault {
    operations.start(Workspaces.request(id, metaId), Caller.MANAGER);
  }

  Workspace await(String id, Phase phase) {
    Awaiting.await(
        id + " " + phase,
        PATIENCE,
        () -> tracker.get(id).map(w -> w.phase() == phase).orElse(false),
        () -> tracker.get(id) + " " + pods.runtime().problems());
    return tracker.get(id).orElseThrow();
  }

  void awaitLeading(Duration most) {
    Awaiting.await("leading", most, () -> leads, () -> "follows");
  }

  /** It is gone from one moment to the next. */
  void lose() {
    line.down();
    end();
  }

  private void end() {
    reconcilers.close();
    alarms.shutdownNow();
    pods.close();
  }

  @Override
  public void close() {
    leadership.close();
    end();
    manager.close();
    line.close();
  }
}
