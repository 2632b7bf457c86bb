// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/**
 * What a client may switch on for one instance. One that a runtime cannot honour is only logged.
 */
public enum FeatureFlag {
  /** Nothing. */
  NOOP,
  /** Caps the rate of new connections of the instance. */
  CONNECTION_LIMITING,
  /** Shows pressure stall figures inside. */
  PSI,
  /** Adds the configured SSH certificate authority's public key. */
  SSH_CA
}
