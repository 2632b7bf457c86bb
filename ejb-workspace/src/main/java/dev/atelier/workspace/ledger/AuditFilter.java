// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import java.time.Instant;
import java.util.Optional;

/**
 * Which acts are meant; what is empty does not matter.
 *
 * @param actor equal
 * @param act equal
 * @param workspace the subject, the meta id or the owner of the workspace is equal
 * @param outcome equal
 * @param from not before
 * @param to before
 */
public record AuditFilter(
    String actor,
    String act,
    String workspace,
    String outcome,
    Optional<Instant> from,
    Optional<Instant> to) {
  /** All of them. */
  public static final AuditFilter ALL =
      new AuditFilter("", "", "", "", Optional.empty(), Optional.empty());
}
