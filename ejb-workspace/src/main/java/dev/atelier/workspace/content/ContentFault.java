// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content;

/**
 * Why content could not be made, saved or looked at: words for the workspace's user, which never
 * hold a credential.
 */
public class ContentFault extends Exception {
  private static final long serialVersionUID = 1L;

  /** Says why. */
  public ContentFault(String message) {
    super(message);
  }

  /** Says why; {@code cause} is for the manager's log and must be free of credentials too. */
  public ContentFault(String message, Throwable cause) {
    super(message, cause);
  }
}
