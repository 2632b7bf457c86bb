// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.content.backup.BackupFault;
import dev.atelier.workspace.content.backup.WorkspaceKey;

/** How large what is stored of a workspace is. */
@FunctionalInterface
public interface StoredSizes {
  /**
   * The bytes of files in its largest backup; 0: there is none.
   *
   * @throws BackupFault the store is out of reach at the moment, or refuses
   */
  long mostContentBytes(WorkspaceKey key) throws BackupFault, InterruptedException;
}
