// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Progress;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import java.time.Instant;
import java.util.Optional;

/** When the content of an instance was last saved. */
final class LastBackup {
  private LastBackup() {}

  /** Of the final backup once it is whole, else of the newest while it ran; empty: never. */
  static Optional<Instant> at(Workspace workspace) {
    Progress progress = workspace.status().progress();
    Optional<Instant> live = progress.captures().lastBackup().map(Capture.Outcome::at);
    return workspace.status().conditions().finalBackupComplete()
        ? progress.stoppedAt().or(() -> live)
        : live;
  }

  /** Says so where there should be one and is none; empty otherwise. */
  static String wording(Workspace workspace) {
    boolean wanted =
        workspace.spec().type() == WorkspaceType.REGULAR
            && workspace.status().progress().runningAt().isPresent();
    return wanted && at(workspace).isEmpty() ? "never" : "";
  }
}
