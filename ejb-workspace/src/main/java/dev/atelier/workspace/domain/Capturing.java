// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import dev.atelier.workspace.domain.Observation.Disposal;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Observation.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Decides on copies of an instance's content that are made while it lives. Pure. */
final class Capturing {
  /** Live backups take a tenth of the time at most: after each, nine times as long none. */
  private static final int PAUSE = 9;

  static final String ABORTED = "the instance was aborted";
  static final String GONE = "the instance is gone, and with it its content";
  static final String LATE = "it was not complete when the instance had to stop";

  private Capturing() {}

  /** Takes over what came of copies. */
  static Workspace settled(Workspace workspace, Observation seen, Instant now) {
    Captures captures = workspace.status().progress().captures();
    for (Capture.Seen one : seen.captures()) {
      Optional<Capture> pending =
          captures.pending().stream().filter(c -> c.id().equals(one.id())).findFirst();
      boolean over = one.state() == SaveState.COMPLETE || one.state() == SaveState.FAILED;
      if (over && pending.isPresent()) {
        captures = settled(captures, pending.get(), one, workspace, now);
      }
    }
    return with(workspace, captures);
  }

  private static Captures settled(
      Captures before, Capture capture, Capture.Seen seen, Workspace workspace, Instant now) {
    String failure = seen.state() == SaveState.FAILED ? seen.message() : "";
    Captures after = before.settled(outcome(capture, seen.url(), failure, now));
    if (capture.kind() == Capture.Kind.SNAPSHOT) {
      return after;
    }
    Duration pause = seen.took().multipliedBy(PAUSE);
    Duration interval = workspace.spec().backupInterval();
    return after.withNextBackupAt(
        Optional.of(now.plus(pause.compareTo(interval) > 0 ? pause : interval)));
  }

  /** Adds a live backup where one is due. */
  static Workspace due(Workspace workspace, Instant now) {
    boolean due = next(workspace).map(at -> !now.isBefore(at)).orElse(false);
    Captures captures = workspace.status().progress().captures();
    return due ? with(workspace, captures.withBackup(now)) : workspace;
  }

  /** When the next live backup is due by itself; empty: none will be as things are. */
  static Optional<Instant> next(Workspace workspace) {
    Progress progress = workspace.status().progress();
    Duration interval = workspace.spec().backupInterval();
    boolean made =
        workspace.spec().type() == WorkspaceType.REGULAR
            && workspace.phase() == Phase.RUNNING
            && !interval.isZero()
            && progress.captures().first(Capture.Kind.BACKUP).isEmpty();
    return made
        ? progress
            .captures()
            .nextBackupAt()
            .or(() -> progress.runningAt().map(since -> since.plus(interval)))
        : Optional.empty();
  }

  /** What is to be copied while it runs. */
  static List<Action> whileItRuns(Workspace workspace, Observation seen) {
    return seen.stage() == Stage.STARTED
        ? begin(pending(workspace).stream().findFirst())
        : List.of();
  }

  /** What is to be copied once its processes are gone, before its disposal: snapshots alone. */
  static List<Action> beforeDisposal(Workspace workspace) {
    return begin(workspace.status().progress().captures().first(Capture.Kind.SNAPSHOT));
  }

  private static List<Action> begin(Optional<Capture> capture) {
    return capture.<List<Action>>map(one -> List.of(new Action.Copy(one))).orElse(List.of());
  }

  /** None will be made any more. */
  static Workspace failed(Workspace workspace, String why, Instant now) {
    Captures captures = workspace.status().progress().captures();
    for (Capture capture : captures.pending()) {
      captures = captures.settled(outcome(capture, "", why, now));
    }
    return with(workspace, captures);
  }

  /** The final backup serves whoever waits for a live one. */
  static Workspace disposed(Workspace workspace, Disposal disposal, Instant now) {
    boolean saved = disposal.state() == SaveState.COMPLETE && !disposal.url().isEmpty();
    Captures captures = workspace.status().progress().captures();
    for (Capture capture : captures.pending()) {
      if (saved && capture.kind() == Capture.Kind.BACKUP) {
        captures = captures.settled(outcome(capture, disposal.url(), "", now));
      }
    }
    return failed(with(workspace, captures), LATE, now);
  }

  /** What people should know of the last copy; empty when it went well. */
  static String message(Workspace workspace) {
    List<Capture.Outcome> outcomes = workspace.status().progress().captures().outcomes();
    return outcomes.isEmpty() ? "" : outcomes.get(outcomes.size() - 1).message();
  }

  private static Capture.Outcome outcome(Capture capture, String url, String failure, Instant now) {
    return new Capture.Outcome(capture.id(), capture.kind(), url, failure, now);
  }

  private static List<Capture> pending(Workspace workspace) {
    return workspace.status().progress().captures().pending();
  }

  private static Workspace with(Workspace workspace, Captures captures) {
    WorkspaceStatus status = workspace.status();
    return captures.equals(status.progress().captures())
        ? workspace
        : workspace.withStatus(status.withProgress(status.progress().withCaptures(captures)));
  }
}
