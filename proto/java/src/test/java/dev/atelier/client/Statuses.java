// SPDX-License-Identifier: Apache-2.0
package dev.atelier.client;

import com.google.protobuf.Timestamp;
import dev.atelier.proto.wsman.WorkspaceMetadata;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;

/** Statuses as a manager sends them, as far as a watch looks at them. */
final class Statuses {
  private Statuses() {}

  static WorkspaceStatus of(String id, long version, WorkspacePhase phase) {
    return of(id, 1_000, version, phase);
  }

  static WorkspaceStatus of(String id, long startedAt, long version, WorkspacePhase phase) {
    return WorkspaceStatus.newBuilder()
        .setId(id)
        .setStatusVersion(version)
        .setPhase(phase)
        .setMetadata(
            WorkspaceMetadata.newBuilder()
                .setStartedAt(Timestamp.newBuilder().setSeconds(startedAt)))
        .build();
  }
}
