// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

/** How much somebody may do. The order of the constants: each may do what those before it may. */
public enum Scope {
  /**
   * Look: lists, states, streams, output, the audit log and usage; never an owner token. The role
   * viewer.
   */
  READ,
  /** Start, stop and control instances. No role has it alone. */
  OPERATE,
  /** Everything: also delete what is stored, and maintenance. The role admin. */
  ADMIN;

  /** Whether this one may do what needs {@code needed}. */
  public boolean covers(Scope needed) {
    return compareTo(needed) >= 0;
  }
}
