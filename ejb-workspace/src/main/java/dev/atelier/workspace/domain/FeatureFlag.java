// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/**
 * What a client may ask for, for one instance. No runtime honours any: it is accepted, and a line
 * of the log says that it has no effect.
 */
public enum FeatureFlag {
  /** Nothing. */
  NOOP,
  /** To cap the rate of new connections of the instance. */
  CONNECTION_LIMITING,
  /** To show pressure stall figures inside. */
  PSI,
  /** To let in who has a certificate of an SSH authority. */
  SSH_CA
}
