// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/** What an instance is for. */
public enum WorkspaceType {
  /** Somebody works in it; its content is backed up under owner and meta id. */
  REGULAR,
  /** Runs the tasks of a repository and leaves a snapshot. */
  PREBUILD,
  /** Builds an image and leaves nothing. */
  IMAGEBUILD;

  /** Whether nobody works in it: every type but {@link #REGULAR}. */
  public boolean headless() {
    return this != REGULAR;
  }
}
