// SPDX-License-Identifier: Apache-2.0
package dev.atelier.client;

import dev.atelier.proto.wsman.WorkspaceStatus;
import java.util.Optional;

/** An instance was started and did not get to RUNNING. */
public class StartFailed extends Exception {
  private static final long serialVersionUID = 1;

  private final String id;
  private final String reason;
  private final transient WorkspaceStatus status;

  StartFailed(String id, String reason, WorkspaceStatus status) {
    super(id + ": " + reason);
    this.id = id;
    this.reason = reason;
    this.status = status;
  }

  /** The instance's. */
  public String id() {
    return id;
  }

  /** Why, as the manager said it. */
  public String reason() {
    return reason;
  }

  /** The last one that was seen; empty where none was, and after serialization. */
  public Optional<WorkspaceStatus> status() {
    return Optional.ofNullable(status);
  }
}
