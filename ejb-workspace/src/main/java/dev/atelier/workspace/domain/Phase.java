// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/**
 * How far an instance has come. The order of the constants is the order in which it passes them.
 */
public enum Phase {
  /** Nothing runs yet: the instance waits for a place. */
  PENDING,
  /** Placed; images are being pulled or containers being made. */
  CREATING,
  /** The content initializer runs, or the main process is not ready yet. */
  INITIALIZING,
  /** Content and main process are ready; kept from then on, even if readiness wavers. */
  RUNNING,
  /** It was running and should be, and is not just now. The only phase that may go back. */
  INTERRUPTED,
  /** It was asked to stop, timed out, failed or finished; processes end and content is saved. */
  STOPPING,
  /** Its processes are gone and its disposal is finished: the last phase of an instance. */
  STOPPED
}
