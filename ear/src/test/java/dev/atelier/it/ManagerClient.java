package dev.atelier.it;

import dev.atelier.proto.contentservice.EmptyInitializer;
import dev.atelier.proto.contentservice.WorkspaceInitializer;
import dev.atelier.proto.wsman.DescribeWorkspaceRequest;
import dev.atelier.proto.wsman.EnvironmentVariable;
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
import java.util.Optional;

/** A client of a running manager, as platforms have one. */
public final class ManagerClient implements AutoCloseable {
  private final ManagedChannel channel;

  /** A client of the manager on a port of the loopback interface. */
  public ManagerClient(int port) {
    channel = ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
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
    WorkspaceInitializer empty =
        WorkspaceInitializer.newBuilder().setEmpty(EmptyInitializer.getDefaultInstance()).build();
    start(id, id, type, empty, tasks);
  }

  /**
   * Starts an instance of a workspace.
   *
   * @param tasks as GITPOD_TASKS has them; empty: none
   */
  public void start(
      String id, String metaId, WorkspaceType type, WorkspaceInitializer from, String tasks) {
    StartWorkspaceSpec.Builder spec =
        StartWorkspaceSpec.newBuilder()
            .setWorkspaceImage("default")
            .setWorkspaceLocation("/")
            .setInitializer(from);
    if (!tasks.isEmpty()) {
      spec.addEnvvars(EnvironmentVariable.newBuilder().setName("GITPOD_TASKS").setValue(tasks));
    }
    calls()
        .startWorkspace(
            StartWorkspaceRequest.newBuilder()
                .setId(id)
                .setServicePrefix(metaId)
                .setType(type)
                .setMetadata(WorkspaceMetadata.newBuilder().setOwner("tester").setMetaId(metaId))
                .setSpec(spec)
                .build());
  }

  /** Asks for a stop. */
  public void stop(String id, StopWorkspacePolicy policy) {
    calls().stopWorkspace(StopWorkspaceRequest.newBuilder().setId(id).setPolicy(policy).build());
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
