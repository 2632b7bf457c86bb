// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Progress;
import dev.atelier.workspace.domain.TimeoutSettings;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceControls;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What may be, said a second time and in other words than the core's. */
final class Oracle {
  private static final TimeoutSettings SETTINGS = SimulatedProcess.SETTINGS;

  private Oracle() {}

  /** Whether a phase may follow another; {@code again}: a rejection was counted. */
  static boolean mayFollow(Phase before, Phase after, boolean again) {
    return switch (before) {
      case PENDING -> after != Phase.INTERRUPTED && after != Phase.STOPPED;
      case CREATING, INITIALIZING ->
          after == Phase.STOPPING
              || after == Phase.RUNNING
              || (after == Phase.INITIALIZING && before == Phase.CREATING)
              || (after == Phase.PENDING && again);
      case RUNNING -> after == Phase.INTERRUPTED || after == Phase.STOPPING;
      case INTERRUPTED -> after == Phase.RUNNING || after == Phase.STOPPING;
      case STOPPING -> after == Phase.STOPPED;
      case STOPPED -> false;
    };
  }

  /** When an instance must have left the state that it is in, maintenance aside. */
  static Instant deadline(Workspace w, Instant active) {
    Progress progress = w.status().progress();
    Instant created = w.createdAt();
    return switch (w.phase()) {
      case PENDING -> created.plus(SETTINGS.initialization());
      case CREATING, INITIALIZING -> created.plus(SETTINGS.startup());
      case RUNNING -> first(created.plus(w.spec().maximumLifetime()), running(w, active));
      case INTERRUPTED -> progress.interruptedAt().orElseThrow().plus(SETTINGS.interrupted());
      case STOPPING -> {
        Instant since = progress.stoppingAt().orElseThrow();
        Instant all = since.plus(SETTINGS.stopping());
        yield progress.disposed() ? all : first(all, since.plus(SETTINGS.finalization()));
      }
      case STOPPED -> progress.stoppedAt().orElseThrow().plus(SETTINGS.retention());
    };
  }

  private static Instant running(Workspace w, Instant active) {
    WorkspaceControls controls = w.controls();
    if (w.spec().headless()) {
      return w.createdAt().plus(controls.timeout());
    }
    Instant last = controls.lastActivity().filter(active::isBefore).orElse(active);
    if (last.equals(Instant.MIN)) {
      return w.createdAt().plus(SETTINGS.startup());
    }
    Duration closed = controls.closedTimeout();
    Instant running = w.status().progress().runningAt().orElseThrow();
    Instant inactive = (last.isBefore(running) ? running : last).plus(controls.timeout());
    return controls.closed() && !closed.isZero() ? first(last.plus(closed), inactive) : inactive;
  }

  private static Instant first(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  /** What a client sees of an instance's state. */
  static List<Object> visible(Workspace w) {
    WorkspaceControls controls = w.controls();
    return List.of(
        w.status().withProgress(Progress.NONE),
        controls.timeout(),
        controls.closedTimeout(),
        controls.ports(),
        controls.admission());
  }
}
