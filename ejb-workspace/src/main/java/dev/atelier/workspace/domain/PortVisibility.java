// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/** Who may use an exposed port. */
public enum PortVisibility {
  /** Those whom the admission level lets in. */
  PRIVATE,
  /** Everyone. */
  PUBLIC
}
