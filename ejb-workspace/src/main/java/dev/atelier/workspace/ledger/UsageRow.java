// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

/**
 * What was used on a day (in UTC). An instance counts from when it first ran to when it began to
 * stop. What was not asked to be told apart is empty.
 *
 * @param day which one, as {@code 2026-01-31}
 * @param owner whose instances
 * @param team of them; empty: none
 * @param project of them; empty: none
 * @param workspaceClass id of their class
 * @param instances how many
 * @param minutes of all of them together, with fractions
 * @param credits what those cost at the price that their class had at their start
 */
public record UsageRow(
    String day,
    String owner,
    String team,
    String project,
    String workspaceClass,
    int instances,
    double minutes,
    double credits) {

  /** What usage may be told apart by. */
  public enum Dimension {
    /** The day, in UTC. */
    DAY,
    /** The owner. */
    OWNER,
    /** The team. */
    TEAM,
    /** The project. */
    PROJECT,
    /** The class. */
    CLASS
  }
}
