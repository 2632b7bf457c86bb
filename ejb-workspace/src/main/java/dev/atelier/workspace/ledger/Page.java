// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import java.util.List;

/**
 * Some of a longer list.
 *
 * @param rows those that were asked for, in order
 * @param total how many there are in all
 */
public record Page<T>(List<T> rows, long total) {
  /** Most rows of one page. */
  public static final int LARGEST = 1_000;

  /** Copies what was given. */
  public Page {
    rows = List.copyOf(rows);
  }
}
