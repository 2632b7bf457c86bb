// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/** What the disposal of an instance saves. */
public enum Save {
  /** Nothing. */
  NOTHING,
  /** A backup under owner and meta id. */
  BACKUP,
  /** A snapshot. */
  SNAPSHOT
}
