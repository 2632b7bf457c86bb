// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import java.util.regex.Pattern;

/**
 * What a workspace's stored content is filed under. Both parts are safe as names in any store.
 *
 * @param owner of the workspace
 * @param metaId of the workspace, unique within its owner
 */
public record WorkspaceKey(String owner, String metaId) {
  private static final Pattern LABEL =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");

  /**
   * Refuses what is no label's value: never a path.
   *
   * @throws IllegalArgumentException one of them is not 1 to 63 letters, digits, {@code . _ -}, a
   *     letter or digit at both ends
   */
  public WorkspaceKey {
    require(owner);
    require(metaId);
  }

  /** Whether it can be an owner, a meta id or an instance's id. */
  static boolean isLabel(String text) {
    return LABEL.matcher(text).matches();
  }

  static void require(String text) {
    if (!isLabel(text)) {
      throw new IllegalArgumentException("not safe as a label");
    }
  }

  /** For people. */
  @Override
  public String toString() {
    return owner + "/" + metaId;
  }
}
