// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.proto.contentservice.WorkspaceInitializer;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.StartWorkspaceSpec;
import dev.atelier.proto.wsman.WorkspaceMetadata;

/** Requests to start an instance. */
final class StartRequests {
  private StartRequests() {}

  /** One that is right. */
  static StartWorkspaceRequest.Builder valid(String id) {
    return StartWorkspaceRequest.newBuilder()
        .setId(id)
        .setServicePrefix("ws-" + id)
        .setMetadata(WorkspaceMetadata.newBuilder().setOwner("owner").setMetaId("meta-" + id))
        .setSpec(
            StartWorkspaceSpec.newBuilder()
                .setWorkspaceImage("image")
                .setWorkspaceLocation("/")
                .setInitializer(WorkspaceInitializer.getDefaultInstance()));
  }
}
