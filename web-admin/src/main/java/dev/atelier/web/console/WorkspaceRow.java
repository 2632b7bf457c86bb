// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.Deadline;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.operations.WorkspaceOperations.DescribedWorkspace;
import java.util.Locale;

/**
 * An instance as a line of the table. Times are RFC 3339, for the browser to show in its zone.
 *
 * @param id of the instance
 * @param name of the workspace proper
 * @param phase for the style sheet, in lower case
 * @param label the phase for people
 * @param owner whose it is
 * @param workspaceClass its class
 * @param created when it was recorded
 * @param deadline when it is stopped if nothing happens; empty: never
 * @param reason why it is then; empty without a deadline
 * @param backup when its last backup was made; empty: never
 * @param backedUp {@code never} where there should be one and is none; else empty
 * @param note what went wrong, else what is going on; may be empty
 * @param failed whether the note tells of a failure
 * @param stoppable whether a stop makes sense
 */
public record WorkspaceRow(
    String id,
    String name,
    String phase,
    String label,
    String owner,
    String workspaceClass,
    String created,
    String deadline,
    String reason,
    String backup,
    String backedUp,
    String note,
    boolean failed,
    boolean stoppable) {

  static WorkspaceRow of(DescribedWorkspace described) {
    Workspace workspace = described.workspace();
    Phase phase = workspace.phase();
    return new WorkspaceRow(
        workspace.id(),
        workspace.spec().metaId(),
        phase.name().toLowerCase(Locale.ROOT),
        Wording.of(phase),
        workspace.spec().owner(),
        workspace.spec().workspaceClass(),
        workspace.createdAt().toString(),
        described.deadline().map(deadline -> deadline.at().toString()).orElse(""),
        described.deadline().map(Deadline::activity).map(Wording::of).orElse(""),
        LastBackup.at(workspace).map(Object::toString).orElse(""),
        LastBackup.wording(workspace),
        Wording.note(workspace),
        Wording.failed(workspace),
        phase.compareTo(Phase.STOPPING) < 0);
  }
}
