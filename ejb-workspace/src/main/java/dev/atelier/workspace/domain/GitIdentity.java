// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/**
 * Whom the workspace's commits are by.
 *
 * @param username user.name; empty: not set
 * @param email user.email; empty: not set
 */
public record GitIdentity(String username, String email) {
  /** Nobody. */
  public static final GitIdentity NONE = new GitIdentity("", "");
}
