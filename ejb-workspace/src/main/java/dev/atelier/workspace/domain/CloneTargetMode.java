// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/** What a git initializer checks out. */
public enum CloneTargetMode {
  /** The remote's default branch. */
  REMOTE_HEAD,
  /** The commit that the target names, detached. */
  REMOTE_COMMIT,
  /** The branch that the target names, or the default one where there is none. */
  REMOTE_BRANCH,
  /** A new branch of the target's name on the remote's head. */
  LOCAL_BRANCH
}
