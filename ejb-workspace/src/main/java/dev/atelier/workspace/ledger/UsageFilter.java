// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import java.time.LocalDate;

/**
 * Which usage is meant; of the texts, what is empty does not matter.
 *
 * @param from first day
 * @param to last day; not before the first, and at most {@value #MOST_DAYS} days are counted
 * @param owner equal
 * @param team equal
 * @param project equal
 * @param workspaceClass equal
 */
public record UsageFilter(
    LocalDate from,
    LocalDate to,
    String owner,
    String team,
    String project,
    String workspaceClass) {
  /** Most days of one question. */
  public static final int MOST_DAYS = 400;

  /** All of the days from one to another. */
  public static UsageFilter days(LocalDate from, LocalDate to) {
    return new UsageFilter(from, to, "", "", "", "");
  }
}
