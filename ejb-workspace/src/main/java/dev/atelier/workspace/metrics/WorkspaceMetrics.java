// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.metrics;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.EnumSet;
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
  private static final String[] COPY_LABELS = {"class", "type", "kind"};
  private static final String[] RESTORE_LABELS = {"class", "type", "from"};

  /** A final backup may take as long as a finalization. */
  private static final List<Duration> COPY_BOUNDS =
      Stream.concat(BOUNDS.stream(), Stream.of(10L, 30L, 60L).map(Duration::ofMinutes)).toList();

  /** What a copy is, as the label has it. */
  private static final List<String> COPIES = List.of("final", "live", "snapshot");

  private static final Set<InitializerMetrics.Kind> RESTORES =
      EnumSet.of(InitializerMetrics.Kind.BACKUP, InitializerMetrics.Kind.SNAPSHOT);

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
    backups =
        metrics.counter(
            "atelier_workspace_backups_total",
            "Copies of content that are whole; of live ones also those that found nothing new.",
            COPY_LABELS);
    backupFailures =
        metrics.counter(
            "atelier_workspace_backup_failures_total",
            "Copies of content that were due or asked for, and failed.",
            COPY_LABELS);
    restores =
        metrics.counter(
            "atelier_workspace_restores_total",
            "Backups (final or live alike) and snapshots that an instance was started from.",
            RESTORE_LABELS);
    startup = histogram(metrics, "startup", "From the start to RUNNING.");
    pending = histogram(metrics, "pending", "In phase PENDING.");
    creating = histogram(metrics, "creating", "In phase CREATING.");
    initializing = histogram(metrics, "initializing", "In phase INITIALIZING.");
    backup =
        metrics.histogram(
            "atelier_workspace_backup_seconds",
            "Time of copies that are whole; of what is saved at the end: from the processes' end.",
            COPY_BOUNDS,
            COPY_LABELS);
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
    for (Counter counter : List.of(starts, failures)) {
      counter.expect(known, type);
    }
    for (String copy : COPIES) {
      backups.expect(known, type, copy);
      backupFailures.expect(known, type, copy);
      backup.expect(known, type, copy);
    }
    RESTORES.forEach(from -> restores.expect(known, type, label(from)));
    for (StopReason reason : StopReason.values()) {
      stops.expect(known, type, reason.label());
    }
    for (Histogram figure : List.of(startup, pending, creating, initializing)) {
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
      saveDue(now)
          .filter(save -> !saved(now))
          .ifPresent(save -> backupFailures.increment(at[0], at[1], save));
    }
  }

  private void countConditions(Workspace before, Workspace now, String... at) {
    if (before.status().conditions().failed().isEmpty()
        && !now.status().conditions().failed().isEmpty()) {
      failures.increment(at);
    }
    Optional<String> save = saveDue(now);
    if (!saved(before) && saved(now) && save.isPresent()) {
      backups.increment(at[0], at[1], save.get());
      now.status()
          .progress()
          .endedAt()
          .map(ended -> Duration.between(ended, clock.instant()))
          .ifPresent(took -> backup.observe(took, at[0], at[1], save.get()));
    }
    for (InitializerMetrics.Kind from : RESTORES) {
      if (!restored(before, from) && restored(now, from)) {
        restores.increment(at[0], at[1], label(from));
      }
    }
  }

  /** Counts a copy of a living instance. */
  public void copied(Workspace workspace, Capture.Outcome outcome, Optional<Duration> took) {
    String known = workspaceClass(workspace);
    String type = label(workspace.spec().type());
    String copy =
        switch (outcome.kind()) {
          case BACKUP -> "live";
          case SNAPSHOT -> "snapshot";
        };
    if (outcome.failure().isEmpty()) {
      backups.increment(known, type, copy);
      took.ifPresent(time -> backup.observe(time, known, type, copy));
    } else {
      backupFailures.increment(known, type, copy);
    }
  }

  /** What is saved at the end; empty: nothing. */
  private static Optional<String> saveDue(Workspace workspace) {
    return workspace
        .status()
        .progress()
        .save()
        .flatMap(
            save ->
                switch (save) {
                  case NOTHING -> Optional.empty();
                  case BACKUP -> Optional.of("final");
                  case SNAPSHOT -> Optional.of("snapshot");
                });
  }

  private static boolean saved(Workspace workspace) {
    Conditions conditions = workspace.status().conditions();
    return conditions.finalBackupComplete() || !conditions.snapshot().isEmpty();
  }

  private static boolean restored(Workspace workspace, InitializerMetrics.Kind from) {
    return workspace.status().initializerMetrics().steps().containsKey(from);
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
