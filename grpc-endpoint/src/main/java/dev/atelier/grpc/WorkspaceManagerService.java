// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.proto.wsman.BackupWorkspaceRequest;
import dev.atelier.proto.wsman.BackupWorkspaceResponse;
import dev.atelier.proto.wsman.ControlAdmissionRequest;
import dev.atelier.proto.wsman.ControlAdmissionResponse;
import dev.atelier.proto.wsman.ControlPortRequest;
import dev.atelier.proto.wsman.ControlPortResponse;
import dev.atelier.proto.wsman.DeleteVolumeSnapshotRequest;
import dev.atelier.proto.wsman.DeleteVolumeSnapshotResponse;
import dev.atelier.proto.wsman.DescribeClusterRequest;
import dev.atelier.proto.wsman.DescribeClusterResponse;
import dev.atelier.proto.wsman.DescribeWorkspaceRequest;
import dev.atelier.proto.wsman.DescribeWorkspaceResponse;
import dev.atelier.proto.wsman.GetWorkspacesRequest;
import dev.atelier.proto.wsman.GetWorkspacesResponse;
import dev.atelier.proto.wsman.MarkActiveRequest;
import dev.atelier.proto.wsman.MarkActiveResponse;
import dev.atelier.proto.wsman.SetTimeoutRequest;
import dev.atelier.proto.wsman.SetTimeoutResponse;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.StartWorkspaceResponse;
import dev.atelier.proto.wsman.StopWorkspaceRequest;
import dev.atelier.proto.wsman.StopWorkspaceResponse;
import dev.atelier.proto.wsman.SubscribeRequest;
import dev.atelier.proto.wsman.SubscribeResponse;
import dev.atelier.proto.wsman.TakeSnapshotRequest;
import dev.atelier.proto.wsman.TakeSnapshotResponse;
import dev.atelier.proto.wsman.UpdateSSHKeyRequest;
import dev.atelier.proto.wsman.UpdateSSHKeyResponse;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.ContentOperations;
import dev.atelier.workspace.operations.WorkspaceOperations;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** The calls of the wire, each said in the domain's words and handed on. */
final class WorkspaceManagerService extends WorkspaceManagerGrpc.WorkspaceManagerImplBase {
  private final WorkspaceOperations operations;
  private final ContentOperations content;
  private final Subscribers subscribers;
  private final StatusCache statuses;

  WorkspaceManagerService(
      WorkspaceOperations operations,
      ContentOperations content,
      Subscribers subscribers,
      StatusCache statuses) {
    this.operations = operations;
    this.content = content;
    this.subscribers = subscribers;
    this.statuses = statuses;
  }

  /** What a call does once its request is read. */
  @FunctionalInterface
  private interface Answer<R> {
    R make() throws WorkspaceFault;
  }

  /** What a call without an answer does. */
  @FunctionalInterface
  private interface Act {
    void run() throws WorkspaceFault;
  }

  private static <R> void answer(String method, StreamObserver<R> client, Answer<R> answer) {
    if (Context.current().isCancelled()) {
      client.onError(Status.CANCELLED.withDescription("cancelled by the caller").asException());
      return;
    }
    R response;
    try {
      response = answer.make();
    } catch (WorkspaceFault | RuntimeException | StackOverflowError e) {
      client.onError(Faults.of(e, method));
      return;
    }
    client.onNext(response);
    client.onCompleted();
  }

  /** Answers when what was begun is over; no thread waits for it. */
  private static <T, R> void answerLater(
      String method,
      StreamObserver<R> client,
      Answer<CompletableFuture<T>> begin,
      Function<T, R> response) {
    CompletableFuture<T> over;
    try {
      over = begin.make();
    } catch (WorkspaceFault | RuntimeException | StackOverflowError e) {
      client.onError(Faults.of(e, method));
      return;
    }
    ((ServerCallStreamObserver<R>) client).setOnCancelHandler(() -> over.cancel(false));
    CompletableFuture<T> unused =
        over.whenComplete(
            (value, fault) -> answer(method, client, () -> response.apply(value(value, fault))));
  }

  private static <T> T value(T value, Throwable fault) throws WorkspaceFault {
    if (fault instanceof WorkspaceFault refused) {
      throw refused;
    }
    if (fault != null) {
      throw new CompletionException(fault);
    }
    return value;
  }

  private static <R> void act(String method, StreamObserver<R> client, R done, Act act) {
    answer(
        method,
        client,
        () -> {
          act.run();
          return done;
        });
  }

  @Override
  public void startWorkspace(
      StartWorkspaceRequest request, StreamObserver<StartWorkspaceResponse> client) {
    answer(
        "StartWorkspace",
        client,
        () -> {
          WorkspaceOperations.StartedWorkspace started =
              operations.start(WireRequests.start(request), Callers.current());
          return StartWorkspaceResponse.newBuilder()
              .setUrl(started.url())
              .setOwnerToken(started.ownerToken())
              .build();
        });
  }

  @Override
  public void stopWorkspace(
      StopWorkspaceRequest request, StreamObserver<StopWorkspaceResponse> client) {
    act(
        "StopWorkspace",
        client,
        StopWorkspaceResponse.getDefaultInstance(),
        () ->
            operations.stop(
                request.getId(), WireRequests.policy(request.getPolicy()), Callers.current()));
  }

  @Override
  public void getWorkspaces(
      GetWorkspacesRequest request, StreamObserver<GetWorkspacesResponse> client) {
    answer(
        "GetWorkspaces",
        client,
        () -> {
          GetWorkspacesResponse.Builder response = GetWorkspacesResponse.newBuilder();
          StatusCache.View view = statuses.viewOf(Authentication.current());
          for (Workspace workspace : operations.list(WireRequests.filter(request.getMustMatch()))) {
            response.addStatus(view.of(workspace));
          }
          return response.build();
        });
  }

  @Override
  public void describeWorkspace(
      DescribeWorkspaceRequest request, StreamObserver<DescribeWorkspaceResponse> client) {
    answer(
        "DescribeWorkspace",
        client,
        () -> {
          WorkspaceOperations.DescribedWorkspace described = operations.describe(request.getId());
          return DescribeWorkspaceResponse.newBuilder()
              .setStatus(statuses.viewOf(Authentication.current()).of(described.workspace()))
              .setLastActivity(described.lastActivity().map(WireStatuses::rfc3339).orElse(""))
              .build();
        });
  }

  @Override
  public void backupWorkspace(
      BackupWorkspaceRequest request, StreamObserver<BackupWorkspaceResponse> client) {
    answerLater(
        "BackupWorkspace",
        client,
        () -> content.backup(request.getId(), Callers.current()),
        url -> BackupWorkspaceResponse.newBuilder().setUrl(url).build());
  }

  @Override
  public void subscribe(SubscribeRequest request, StreamObserver<SubscribeResponse> client) {
    subscribers.open(
        WireRequests.filter(request.getMustMatch()),
        (ServerCallStreamObserver<SubscribeResponse>) client);
  }

  @Override
  public void markActive(MarkActiveRequest request, StreamObserver<MarkActiveResponse> client) {
    act(
        "MarkActive",
        client,
        MarkActiveResponse.getDefaultInstance(),
        () ->
            operations.markActive(
                request.getId(),
                request.getClosed(),
                request.getIgnoreIfActive(),
                Callers.current()));
  }

  @Override
  public void setTimeout(SetTimeoutRequest request, StreamObserver<SetTimeoutResponse> client) {
    act(
        "SetTimeout",
        client,
        SetTimeoutResponse.getDefaultInstance(),
        () ->
            operations.setTimeout(
                request.getId(),
                WireRequests.timeoutKind(request.getType()),
                request.getDuration(),
                Callers.current()));
  }

  @Override
  public void controlPort(ControlPortRequest request, StreamObserver<ControlPortResponse> client) {
    act(
        "ControlPort",
        client,
        ControlPortResponse.getDefaultInstance(),
        () ->
            operations.controlPort(
                request.getId(),
                request.getExpose(),
                request.hasSpec() ? WireRequests.port(request.getSpec()) : null,
                Callers.current()));
  }

  @Override
  public void takeSnapshot(
      TakeSnapshotRequest request, StreamObserver<TakeSnapshotResponse> client) {
    answerLater(
        "TakeSnapshot",
        client,
        () ->
            content.takeSnapshot(
                request.getId(), request.getReturnImmediately(), Callers.current()),
        url -> TakeSnapshotResponse.newBuilder().setUrl(url).build());
  }

  @Override
  public void controlAdmission(
      ControlAdmissionRequest request, StreamObserver<ControlAdmissionResponse> client) {
    act(
        "ControlAdmission",
        client,
        ControlAdmissionResponse.getDefaultInstance(),
        () ->
            operations.controlAdmission(
                request.getId(), WireRequests.admission(request.getLevel()), Callers.current()));
  }

  @Override
  public void deleteVolumeSnapshot(
      DeleteVolumeSnapshotRequest request, StreamObserver<DeleteVolumeSnapshotResponse> client) {
    answer(
        "DeleteVolumeSnapshot",
        client,
        () ->
            DeleteVolumeSnapshotResponse.newBuilder()
                .setWasDeleted(
                    content.deleteVolumeSnapshot(
                        request.getId(),
                        request.getVolumeHandle(),
                        request.getSoftDelete(),
                        WireRequests.type(request.getWsType()),
                        Callers.current()))
                .build());
  }

  @Override
  public void updateSSHKey(
      UpdateSSHKeyRequest request, StreamObserver<UpdateSSHKeyResponse> client) {
    act(
        "UpdateSSHKey",
        client,
        UpdateSSHKeyResponse.getDefaultInstance(),
        () -> operations.updateSshKeys(request.getId(), request.getKeysList(), Callers.current()));
  }

  @Override
  public void describeCluster(
      DescribeClusterRequest request, StreamObserver<DescribeClusterResponse> client) {
    answer(
        "DescribeCluster",
        client,
        () -> {
          WorkspaceOperations.ClusterDescription cluster = operations.describeCluster();
          return DescribeClusterResponse.newBuilder()
              .addAllWorkspaceClasses(
                  cluster.classes().stream().map(WireStatuses::workspaceClass).toList())
              .setPreferredWorkspaceClass(cluster.preferred())
              .build();
        });
  }
}
