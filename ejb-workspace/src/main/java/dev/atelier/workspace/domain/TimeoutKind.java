// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/** Which timeout a client sets. */
public enum TimeoutKind {
  /** The inactivity timeout of a regular instance, the running time of a headless one. */
  WORKSPACE,
  /** The inactivity timeout while it is marked closed. */
  CLOSED
}
