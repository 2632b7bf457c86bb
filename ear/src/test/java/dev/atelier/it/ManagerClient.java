// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import dev.atelier.proto.contentservice.EmptyInitializer;
import dev.atelier.proto.contentservice.WorkspaceInitializer;
import dev.atelier.proto.wsman.DescribeWorkspaceRequest;
import dev.atelier.proto.wsman.EnvironmentVariable;
import dev.atelier.proto.wsman.GetWorkspacesRequest;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.StartWorkspaceSpec;
import dev.atelier.proto.wsman.StopWorkspacePolicy;
import dev.atelier.proto.wsman.StopWorkspaceRequest;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.proto.wsman.WorkspaceMetadata;
import dev.atelier.proto.wsman.WorkspaceStatus;
import dev.atelier.proto.wsman.WorkspaceType;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Optional;

/** A client of a running manager, as platforms have one. */
public final class ManagerClient implements AutoCloseable {
  private static final WorkspaceInitializer EMPTY =
      WorkspaceInitializer.newBuilder().setEmpty(EmptyInitializer.getDefaultInstance()).build();

  private final ManagedChannel channel;

  private final String image;

  /** A client of the manager on a port of the loopback interface. */
  public ManagerClient(int port) {
    this(port, "default");
  }

  /** The same, whose instances run that image. */
  ManagerClient(int port, String image) {
    this.image = image;
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .intercept(AtelierServer.credentials(port))
            .build();
  }

  /** The calls of the API. */
  public WorkspaceManagerGrpc.WorkspaceManagerBlockingStub calls() {
    return WorkspaceManagerGrpc.newBlockingStub(channel);
  }

  /**
   * Starts an instance of a workspace of its own with the empty initializer.
   *
   * @param tasks as GITPOD_TASKS has them; empty: none
   */
  public void start(String id, WorkspaceType type, String tasks) {
    start(id, id, type, EMPTY, tasks);
  }

  /**
   * Starts an instance of a workspace.
   *
   * @param tasks as GITPOD_TASKS has them; empty: none
   */
  public void start(
      String id, String metaId, WorkspaceType type, WorkspaceInitializer from, String tasks) {
    StartWorkspaceSpec.Builder spec = spec(image, from);
    if (!tasks.isEmpty()) {
      spec.addEnvvars(EnvironmentVariable.newBuilder().setName("GITPOD_TASKS").setValue(tasks));
    }
    start(id, metaId, type, spec);
  }

  private static StartWorkspaceSpec.Builder spec(String image, WorkspaceInitializer from) {
    return StartWorkspaceSpec.newBuilder()
        .setWorkspaceImage(image)
        .setWorkspaceLocation("/")
        .setInitializer(from);
  }

  /** What starts a regular instance of an empty workspace of its own in an image. */
  public static StartWorkspaceRequest request(String id, String image) {
    return request(id, id, WorkspaceType.REGULAR, spec(image, EMPTY));
  }

  private void start(
      String id, String metaId, WorkspaceType type, StartWorkspaceSpec.Builder spec) {
    calls().startWorkspace(request(id, metaId, type, spec));
  }

  private static StartWorkspaceRequest request(
      String id, String metaId, WorkspaceType type, StartWorkspaceSpec.Builder spec) {
    return StartWorkspaceRequest.newBuilder()
        .setId(id)
        .setServicePrefix(metaId)
        .setType(type)
        .setMetadata(WorkspaceMetadata.newBuilder().setOwner("tester").setMetaId(metaId))
        .setSpec(spec)
        .build();
  }

  /** Asks for a stop. */
  public void stop(String id, StopWorkspacePolicy policy) {
    calls().stopWorkspace(StopWorkspaceRequest.newBuilder().setId(id).setPolicy(policy).build());
  }

  /** The ids of all instances that are listed. */
  List<String> ids() {
    return calls().getWorkspaces(GetWorkspacesRequest.getDefaultInstance()).getStatusList().stream()
        .map(WorkspaceStatus::getId)
        .toList();
  }

  /** The instance's status; empty when it is not known. */
  public Optional<WorkspaceStatus> describe(String id) {
    try {
      return Optional.of(
          calls()
              .describeWorkspace(DescribeWorkspaceRequest.newBuilder().setId(id).build())
              .getStatus());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
