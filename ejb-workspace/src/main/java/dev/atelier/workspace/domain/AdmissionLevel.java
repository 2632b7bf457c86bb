// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/** Who may enter an instance. */
public enum AdmissionLevel {
  /** The holder of the owner token alone. */
  OWNER_ONLY,
  /** Everyone who can reach it. */
  EVERYONE
}
