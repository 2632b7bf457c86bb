// SPDX-License-Identifier: Apache-2.0
package dev.atelier.client;

import dev.atelier.proto.wsman.WorkspaceStatus;

/** An instance did not get to RUNNING in time. It is left as it is, and may still get there. */
public final class StartTimedOut extends StartFailed {
  private static final long serialVersionUID = 1;

  StartTimedOut(String id, WorkspaceStatus last) {
    super(id, "not RUNNING in time: " + where(last), last);
  }

  private static String where(WorkspaceStatus last) {
    if (last == null) {
      return "no status was seen";
    }
    String message = last.getMessage();
    return message.isEmpty() ? last.getPhase().name() : last.getPhase() + " " + message;
  }
}
