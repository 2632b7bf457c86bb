// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import java.time.Instant;

/**
 * An act of somebody.
 *
 * @param id grows from entry to entry of one database
 * @param at when it was over, or was begun
 * @param actor who, such as a user or a token by its name; never empty
 * @param origin the door and address that it came by, such as {@code grpc 127.0.0.1}; may be empty
 * @param act what, by its name: a call of the API or another
 * @param subject on what, as it was named: the id of an instance most of the time
 * @param owner of the workspace that it was about; empty when that is not known
 * @param metaId of the workspace that it was about; empty when that is not known
 * @param outcome {@code done}, a code of {@link dev.atelier.workspace.domain.WorkspaceFault},
 *     {@code failed}, {@code not waited for}, or {@code begun} of an act whose outcome is another
 *     entry
 */
public record AuditEntry(
    long id,
    Instant at,
    String actor,
    String origin,
    String act,
    String subject,
    String owner,
    String metaId,
    String outcome) {
  /** The outcome of what was done. */
  public static final String DONE = "done";
}
