// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.InitializerMetrics.Metric;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Progress;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.ledger.TimelineEntry.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What an instance's state tells of its life, each thing under a key that is the same whenever and
 * by whomever it is told: so that telling twice, after a restart or by another replica, is no harm.
 * Pure.
 */
final class Story {
  private final Workspace workspace;
  private final Instant now;
  private final Map<String, TimelineEntry> told = new LinkedHashMap<>();

  private Story(Workspace workspace, Instant now) {
    this.workspace = workspace;
    this.now = now;
  }

  /**
   * All that its present state tells, and its state before did not.
   *
   * @param previous its state before; empty when that is not known
   * @param now the time of what carries none
   */
  static Map<String, TimelineEntry> of(
      Optional<Workspace> previous, Workspace workspace, Instant now) {
    Story story = new Story(workspace, now);
    story.state(previous);
    if (previous.isEmpty()) {
      // Else they are told of with their durations.
      workspace.status().progress().captures().outcomes().forEach(o -> story.copy(o, null));
    } else {
      Story before = new Story(previous.get(), now);
      before.state(Optional.empty());
      story.told.keySet().removeAll(before.told.keySet());
    }
    return story.told;
  }

  private void state(Optional<Workspace> previous) {
    phases(previous);
    content();
    conditions();
  }

  /** The end of a copy, of which it is known how long it took. */
  static Map<String, TimelineEntry> of(
      Workspace workspace, Capture.Outcome outcome, Optional<Duration> took) {
    Story story = new Story(workspace, outcome.at());
    story.copy(outcome, took.orElse(null));
    return story.told;
  }

  private void phases(Optional<Workspace> previous) {
    Progress progress = workspace.status().progress();
    Instant created = workspace.createdAt();
    phase(Phase.PENDING, Optional.of(created), "", null);
    switch (workspace.phase()) {
      case CREATING, INITIALIZING -> phase(workspace.phase(), Optional.of(now), "", null);
      case INTERRUPTED ->
          phase(
              Phase.INTERRUPTED,
              Optional.of(progress.interruptedAt().orElse(now)),
              ":" + progress.interruptedAt().map(Instant::toEpochMilli).orElse(0L),
              null);
      case PENDING, RUNNING, STOPPING, STOPPED -> {}
    }
    progress.contentReadyAt().ifPresent(at -> add("ready", at, Kind.CONTENT, "Content ready", ""));
    if (!progress.note().isEmpty()) {
      Instant at = progress.contentReadyAt().orElse(now);
      add("note", at, Kind.CONTENT, "Note on the content", progress.note());
    }
    phase(Phase.RUNNING, progress.runningAt(), "", created);
    previous
        .filter(before -> before.phase() == Phase.INTERRUPTED)
        .filter(before -> workspace.phase() == Phase.RUNNING)
        .flatMap(before -> before.status().progress().interruptedAt())
        .ifPresent(
            since -> phase(Phase.RUNNING, Optional.of(now), ":" + since.toEpochMilli(), since));
    phase(Phase.STOPPING, progress.stoppingAt(), "", null);
    progress.endedAt().ifPresent(at -> add("ended", at, Kind.CONDITION, "Processes ended", ""));
    phase(Phase.STOPPED, progress.stoppedAt(), "", progress.stoppingAt().orElse(null));
  }

  private void phase(Phase phase, Optional<Instant> at, String distinct, Instant since) {
    at.ifPresent(
        when ->
            add(
                "phase:" + phase + distinct,
                new TimelineEntry(
                    workspace.id(),
                    when,
                    Kind.PHASE,
                    capital(phase.name()),
                    phase == workspace.phase() ? workspace.status().message() : "",
                    "",
                    "",
                    since == null
                        ? Optional.empty()
                        : Optional.of(Duration.between(since, when)))));
  }

  private void content() {
    Instant at = workspace.status().progress().contentReadyAt().orElse(now);
    workspace
        .status()
        .initializerMetrics()
        .steps()
        .forEach(
            (kind, metric) ->
                add(
                    "content:" + kind,
                    new TimelineEntry(
                        workspace.id(),
                        at,
                        Kind.CONTENT,
                        "Content: " + capital(kind.name()).toLowerCase(Locale.ROOT),
                        bytes(metric),
                        "",
                        "",
                        Optional.of(metric.duration()))));
  }

  private static String bytes(Metric metric) {
    return metric.size() + " bytes";
  }

  private void conditions() {
    Conditions is = workspace.status().conditions();
    Progress progress = workspace.status().progress();
    Instant stopping = progress.stoppingAt().orElse(now);
    is.firstUserActivity().ifPresent(at -> add("used", at, Kind.CONDITION, "First used", ""));
    when(is.stoppedByRequest(), "asked", stopping, "Stop was asked for", "");
    when(is.aborted(), "aborted", stopping, "Aborted", "without a final backup, by request");
    when(!is.timeout().isEmpty(), "timeout", stopping, "Timed out", is.timeout());
    when(
        is.finalBackupComplete(),
        "backup",
        progress.stoppedAt().orElse(now),
        "Final backup complete",
        "");
    when(
        !is.snapshot().isEmpty(),
        "snapshot",
        progress.stoppedAt().orElse(now),
        "Snapshot of the result",
        is.snapshot());
    is.volumeSnapshot()
        .ifPresent(v -> add("volume", now, Kind.CONDITION, "Volume snapshot", v.name()));
    failure("failed", "Failed", is.failed());
    failure("tasks", "Tasks failed", is.headlessTaskFailed());
  }

  private void when(boolean holds, String key, Instant at, String title, String detail) {
    if (holds) {
      add(key, at, Kind.CONDITION, title, detail);
    }
  }

  private void failure(String key, String title, String cause) {
    if (!cause.isEmpty()) {
      add(
          key,
          new TimelineEntry(
              workspace.id(),
              now,
              Kind.FAILURE,
              title,
              cause,
              Advice.on(cause),
              "",
              Optional.empty()));
    }
  }

  private void copy(Capture.Outcome outcome, Duration took) {
    String what =
        switch (outcome.kind()) {
          case SNAPSHOT -> "Snapshot";
          case BACKUP -> "Backup";
        };
    boolean failed = !outcome.failure().isEmpty();
    add(
        "copy:" + outcome.id(),
        new TimelineEntry(
            workspace.id(),
            outcome.at(),
            failed ? Kind.FAILURE : Kind.COPY,
            what + (failed ? " failed" : " complete"),
            failed ? outcome.failure() : outcome.url(),
            failed ? Advice.on(outcome.failure()) : "",
            "",
            Optional.ofNullable(took)));
  }

  private void add(String key, Instant at, Kind kind, String title, String detail) {
    add(key, new TimelineEntry(workspace.id(), at, kind, title, detail, "", "", Optional.empty()));
  }

  private void add(String key, TimelineEntry entry) {
    told.put(key, entry);
  }

  private static String capital(String constant) {
    return constant.charAt(0) + constant.substring(1).toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
