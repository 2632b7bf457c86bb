// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import java.util.Map;
import java.util.TreeMap;

/** What each call of the API needs: the one table of it. */
public final class CallScopes {
  private static final Map<String, Scope> NEEDED = new TreeMap<>();

  static {
    NEEDED.put("GetWorkspaces", Scope.READ);
    NEEDED.put("DescribeWorkspace", Scope.READ);
    NEEDED.put("DescribeCluster", Scope.READ);
    NEEDED.put("Subscribe", Scope.READ);
    NEEDED.put("StartWorkspace", Scope.OPERATE);
    NEEDED.put("StopWorkspace", Scope.OPERATE);
    NEEDED.put("BackupWorkspace", Scope.OPERATE);
    NEEDED.put("TakeSnapshot", Scope.OPERATE);
    NEEDED.put("MarkActive", Scope.OPERATE);
    NEEDED.put("SetTimeout", Scope.OPERATE);
    NEEDED.put("ControlPort", Scope.OPERATE);
    NEEDED.put("ControlAdmission", Scope.OPERATE);
    NEEDED.put("UpdateSSHKey", Scope.OPERATE);
    // It deletes what is stored, for good.
    NEEDED.put("DeleteVolumeSnapshot", Scope.ADMIN);
  }

  private CallScopes() {}

  /**
   * What a call needs.
   *
   * @param call its bare name; of one that is not in the table, everything
   */
  public static Scope needed(String call) {
    return NEEDED.getOrDefault(call, Scope.ADMIN);
  }

  /** All of them. */
  public static Map<String, Scope> all() {
    return Map.copyOf(NEEDED);
  }
}
