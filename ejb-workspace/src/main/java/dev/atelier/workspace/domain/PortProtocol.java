// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/** How a proxy of the operator's talks to an exposed port. */
public enum PortProtocol {
  /** Plain HTTP. */
  HTTP,
  /** HTTP over TLS, whose certificate is not checked: it is the workspace's own. */
  HTTPS
}
