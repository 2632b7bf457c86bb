// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.metrics;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.operations.Maintenance;
import dev.atelier.workspace.operations.WorkspaceClasses;
import dev.atelier.workspace.reconcile.Reconciler;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.runtime.WorkspaceRuntime;
import dev.atelier.workspace.subscribe.Subscriptions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Leads changes from the event bus to the figures, and reads those that are states. */
@ApplicationScoped
public class MetricsObserver {
  private final WorkspaceMetrics counting;

  /** For the container's proxy. */
  protected MetricsObserver() {
    counting = null;
  }

  /** Registers every figure, at zero. */
  @Inject
  public MetricsObserver(
      Metrics metrics,
      WorkspaceClasses classes,
      WorkspaceTracker tracker,
      Reconciler reconciler,
      Subscriptions subscriptions,
      Maintenance maintenance,
      WorkspaceRuntime runtime,
      InstantSource clock) {
    List<String> ids = classes.all().stream().map(WorkspaceClass::id).toList();
    counting = new WorkspaceMetrics(metrics, ids, clock);
    metrics.gauges(
        "atelier_workspaces",
        "Known instances by phase.",
        () -> phases(tracker, ids),
        "phase",
        "class",
        "type");
    reconciler.watchCopies(counting::copied);
    metrics.gauges(
        "atelier_workspace_backup_age_seconds",
        "Greatest time since the last backup of a running instance; without one, since it runs.",
        () -> BackupAge.greatest(tracker.all(), ids, clock.instant()),
        "class");
    metrics.gauge(
        "atelier_unsaved_contents",
        "Instances that have stopped whose content could not be saved.",
        runtime::unsavedCount);
    metrics.gauge("atelier_subscribers", "Open subscriptions.", subscriptions::size);
    metrics.gauge(
        "atelier_reconciler_queue_depth",
        "Instances that wait to be looked at.",
        reconciler::queueDepth);
    metrics.gauge(
        "atelier_maintenance",
        "Whether there is maintenance now.",
        () -> maintenance.active() ? 1 : 0);
  }

  /** Has this bean made before the first scrape. */
  void started(@Observes Startup event) {}

  void changed(@Observes WorkspaceChanged change) {
    counting.changed(change);
  }

  private static Map<List<String>, Double> phases(WorkspaceTracker tracker, List<String> classes) {
    Map<List<String>, Double> counts = new TreeMap<>(Counter.ORDER);
    for (Phase phase : Phase.values()) {
      for (String known : classes) {
        for (WorkspaceType type : WorkspaceType.values()) {
          counts.put(
              List.of(WorkspaceMetrics.label(phase), known, WorkspaceMetrics.label(type)), 0d);
        }
      }
    }
    for (Workspace workspace : tracker.all()) {
      String id = workspace.spec().workspaceClass();
      counts.merge(
          List.of(
              WorkspaceMetrics.label(workspace.phase()),
              classes.contains(id) ? id : WorkspaceMetrics.OTHER,
              WorkspaceMetrics.label(workspace.spec().type())),
          1d,
          Double::sum);
    }
    return counts;
  }
}
