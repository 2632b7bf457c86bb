// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** Which deadline an instance has: whichever of those that apply in its phase comes first. Pure. */
public final class Timeouts {
  private final TimeoutSettings settings;
  private final Duration unseen;

  /** Decides by these settings, on activity that is all known. */
  public Timeouts(TimeoutSettings settings) {
    this(settings, Duration.ZERO);
  }

  /**
   * Decides by these settings.
   *
   * @param unseen how long activity may go unseen; not negative
   */
  public Timeouts(TimeoutSettings settings, Duration unseen) {
    this.settings = settings;
    this.unseen = unseen;
  }

  /** The settings that it decides by. */
  public TimeoutSettings settings() {
    return settings;
  }

  /** The deadline of an instance; empty when it has stopped. Maintenance is not considered. */
  public Optional<Deadline> deadline(Workspace workspace) {
    return deadlines(workspace).min(Comparator.comparing(Deadline::at));
  }

  private Stream<Deadline> deadlines(Workspace workspace) {
    Instant created = workspace.createdAt();
    Progress progress = workspace.status().progress();
    return switch (workspace.phase()) {
      case PENDING ->
          Stream.of(
              new Deadline(Deadline.Activity.INITIALIZATION, created, settings.initialization()));
      case CREATING ->
          Stream.of(
              new Deadline(
                  workspace.status().conditions().pullingImages()
                      ? Deadline.Activity.PULLING_IMAGES
                      : Deadline.Activity.CREATING_CONTAINERS,
                  created,
                  settings.startup()));
      case INITIALIZING ->
          Stream.of(new Deadline(Deadline.Activity.STARTUP, created, settings.startup()));
      case RUNNING ->
          Stream.concat(
              Stream.of(
                  new Deadline(
                      Deadline.Activity.LIFETIME, created, workspace.spec().maximumLifetime())),
              workspace.spec().headless() ? headless(workspace) : regular(workspace));
      case INTERRUPTED ->
          Stream.of(
              new Deadline(
                  Deadline.Activity.INTERRUPTION,
                  progress.interruptedAt().orElse(created),
                  settings.interrupted()));
      case STOPPING -> stopping(progress, progress.stoppingAt().orElse(created));
      case STOPPED -> Stream.empty();
    };
  }

  private Stream<Deadline> headless(Workspace workspace) {
    return Stream.of(
        new Deadline(
            Deadline.Activity.RUNNING_HEADLESS,
            workspace.createdAt(),
            workspace.controls().timeout()));
  }

  private Stream<Deadline> regular(Workspace workspace) {
    WorkspaceControls controls = workspace.controls();
    if (controls.lastActivity().isEmpty()) {
      return Stream.of(
          new Deadline(Deadline.Activity.STARTUP, workspace.createdAt(), settings.startup()));
    }
    Instant last = controls.lastActivity().get().plus(unseen);
    // Nobody can be active in what does not run yet.
    Instant idle = workspace.status().progress().runningAt().filter(last::isBefore).orElse(last);
    Deadline inactivity = new Deadline(Deadline.Activity.INACTIVITY, idle, controls.timeout());
    Duration closed = controls.closedTimeout();
    return controls.closed() && !closed.isZero()
        ? Stream.of(new Deadline(Deadline.Activity.CLOSED, last, closed), inactivity)
        : Stream.of(inactivity);
  }

  private Stream<Deadline> stopping(Progress progress, Instant since) {
    Deadline stopping = new Deadline(Deadline.Activity.STOPPING, since, settings.stopping());
    return progress.disposed()
        ? Stream.of(stopping)
        : Stream.of(
            new Deadline(Deadline.Activity.BACKUP, since, settings.finalization()), stopping);
  }
}
