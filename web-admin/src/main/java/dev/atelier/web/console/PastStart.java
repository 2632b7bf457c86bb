package dev.atelier.web.console;

import dev.atelier.workspace.domain.Workspace;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A start, as the charts count it.
 *
 * @param at when the instance was recorded
 * @param failed whether it has failed since
 * @param toRunning how long it took to run; empty: it has not
 */
record PastStart(Instant at, boolean failed, Optional<Duration> toRunning) {

  static PastStart of(Workspace workspace) {
    return new PastStart(
        workspace.createdAt(),
        Wording.failed(workspace),
        workspace
            .status()
            .progress()
            .runningAt()
            .map(running -> Duration.between(workspace.createdAt(), running)));
  }
}
