package dev.atelier.workspace.metrics;

import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Counts what happens to instances, from the events alone. */
public final class WorkspaceMetrics {
  private static final List<Duration> BOUNDS =
      Stream.of(50L, 100L, 250L, 500L, 1_000L, 2_500L, 5_000L, 10_000L, 30_000L, 60_000L, 180_000L)
          .map(Duration::ofMillis)
          .toList();

  /** The class of an instance whose own is no longer configured. */
  static final String OTHER = "other";

  private static final String[] LABELS = {"class", "type"};

  private final Set<String> classes;
  private final InstantSource clock;
  private final Counter starts;
  private final Counter stops;
  private final Counter failures;
  private final Counter backups;
  private final Counter backupFailures;
  private final Counter restores;
  private final Histogram startup;
  private final Histogram pending;
  private final Histogram creating;
  private final Histogram initializing;
  private final Histogram backup;

  /** Since when an instance that has not stopped is in its phase. */
  private final Map<String, Instant> since = new ConcurrentHashMap<>();

  /**
   * Registers everything at zero.
   *
   * @param classes ids of the known classes
   */
  public WorkspaceMetrics(Metrics metrics, Collection<String> classes, InstantSource clock) {
    this.classes = Set.copyOf(classes);
    this.clock = clock;
    starts = counter(metrics, "starts", "Instances that were recorded.");
    stops =
        metrics.counter(
            "atelier_workspace_stops_total",
            "Instances that have stopped, by reason.",
            "class",
            "type",
            "reason");
    failures = counter(metrics, "failures", "Instances that have failed.");
    backups = counter(metrics, "backups", "Final backups that were completed.");
    backupFailures = counter(metrics, "backup_failures", "Final backups that were due and failed.");
    restores = counter(metrics, "restores", "Backups that an instance was started from.");
    startup = histogram(metrics, "startup", "From the start to RUNNING.");
    pending = histogram(metrics, "pending", "In phase PENDING.");
    creating = histogram(metrics, "creating", "In phase CREATING.");
    initializing = histogram(metrics, "initializing", "In phase INITIALIZING.");
    backup = histogram(metrics, "backup", "From the end of the processes to the final backup.");
    for (String known : this.classes) {
      for (WorkspaceType type : WorkspaceType.values()) {
        expect(known, label(type));
      }
    }
  }

  private static Counter counter(Metrics metrics, String what, String help) {
    return metrics.counter("atelier_workspace_" + what + "_total", help, LABELS);
  }

  private static Histogram histogram(Metrics metrics, String what, String help) {
    return metrics.histogram("atelier_workspace_" + what + "_seconds", help, BOUNDS, LABELS);
  }

  private void expect(String known, String type) {
    for (Counter counter : List.of(starts, failures, backups, backupFailures, restores)) {
      counter.expect(known, type);
    }
    for (StopReason reason : StopReason.values()) {
      stops.expect(known, type, reason.label());
    }
    for (Histogram figure : List.of(startup, pending, creating, initializing, backup)) {
      figure.expect(known, type);
    }
  }

  /** Counts what has changed. */
  public void changed(WorkspaceChanged event) {
    Workspace now = event.current();
    String[] at = {workspaceClass(now), label(now.spec().type())};
    if (event.previous().isEmpty()) {
      // A later version is one that is only seen for the first time, after a restart.
      if (now.version() == 1) {
        starts.increment(at);
        since.put(now.id(), now.createdAt());
      }
      return;
    }
    Workspace before = event.previous().get();
    if (before.phase() != now.phase()) {
      left(before, now, at);
    }
    countConditions(before, now, at);
    if (now.stopped()) {
      since.remove(now.id());
    }
  }

  private void left(Workspace before, Workspace now, String... at) {
    Instant instant = clock.instant();
    Instant entered = since.put(now.id(), instant);
    if (entered != null) {
      Duration lasted = Duration.between(entered, instant);
      switch (before.phase()) {
        case PENDING -> pending.observe(lasted, at);
        case CREATING -> creating.observe(lasted, at);
        case INITIALIZING -> initializing.observe(lasted, at);
        case RUNNING, INTERRUPTED, STOPPING, STOPPED -> {}
      }
    }
    if (now.phase() == Phase.RUNNING && before.status().progress().runningAt().isEmpty()) {
      startup.observe(Duration.between(now.createdAt(), instant), at);
    }
    if (now.stopped()) {
      stops.increment(at[0], at[1], StopReason.of(now).label());
      if (backupDue(now) && !now.status().conditions().finalBackupComplete()) {
        backupFailures.increment(at);
      }
    }
  }

  private void countConditions(Workspace before, Workspace now, String... at) {
    if (before.status().conditions().failed().isEmpty()
        && !now.status().conditions().failed().isEmpty()) {
      failures.increment(at);
    }
    if (!before.status().conditions().finalBackupComplete()
        && now.status().conditions().finalBackupComplete()
        && backupDue(now)) {
      backups.increment(at);
      now.status()
          .progress()
          .endedAt()
          .ifPresent(ended -> backup.observe(Duration.between(ended, clock.instant()), at));
    }
    if (!restored(before) && restored(now)) {
      restores.increment(at);
    }
  }

  private static boolean backupDue(Workspace workspace) {
    return workspace.status().progress().save().equals(Optional.of(Save.BACKUP));
  }

  private static boolean restored(Workspace workspace) {
    return workspace
        .status()
        .initializerMetrics()
        .steps()
        .containsKey(InitializerMetrics.Kind.BACKUP);
  }

  private String workspaceClass(Workspace workspace) {
    String id = workspace.spec().workspaceClass();
    return classes.contains(id) ? id : OTHER;
  }

  /** As labels have it. */
  static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
