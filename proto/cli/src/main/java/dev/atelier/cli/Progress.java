// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import dev.atelier.proto.wsman.WorkspaceStatus;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

/** What is told while one waits: the time, the phase, and what it waits for, when that changes. */
final class Progress {
  private final Session session;
  private final long begin = System.nanoTime();
  private String last = "";

  Progress(Session session) {
    this.session = session;
  }

  void show(WorkspaceStatus status) {
    String line = (status.getPhase() + "  " + Statuses.waitsFor(status)).stripTrailing();
    if (line.equals(last)) {
      return;
    }
    last = line;
    Duration passed = Duration.ofNanos(System.nanoTime() - begin);
    session.tell("%3d:%02d  %s".formatted(passed.toMinutes(), passed.toSecondsPart(), line));
  }

  void lost(StatusRuntimeException error, Duration pause) {
    session.tell(lost(error));
  }

  static String lost(StatusRuntimeException error) {
    return "connection lost ("
        + Statuses.plain(error.getStatus().getCode() + ": " + error.getStatus().getDescription())
        + "), trying again";
  }
}
