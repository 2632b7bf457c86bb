// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/** What keeps instances from the manager that runs them. */
public enum Isolation {
  /** Networks of their own, from which no port of the manager's is reached. */
  OWN_NETWORKS,
  /** They see nothing of the manager's files, and share its machine's network. */
  SHARED_NETWORK,
  /** They are programs of this machine like others, and may read what its user may. */
  NONE
}
