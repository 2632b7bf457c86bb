// SPDX-License-Identifier: Apache-2.0
package dev.atelier.client;

import dev.atelier.proto.wsman.DescribeWorkspaceRequest;
import dev.atelier.proto.wsman.DescribeWorkspaceResponse;
import dev.atelier.proto.wsman.GetWorkspacesRequest;
import dev.atelier.proto.wsman.GetWorkspacesResponse;
import dev.atelier.proto.wsman.MetadataFilter;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.StartWorkspaceResponse;
import dev.atelier.proto.wsman.SubscribeRequest;
import dev.atelier.proto.wsman.SubscribeResponse;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc.WorkspaceManagerBlockingStub;
import dev.atelier.proto.wsman.WorkspaceStatus;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A manager that says what a test wants, over a real connection: each subscription plays the next
 * scene. It makes what a real one hardly ever does: stale versions, streams that end as it likes.
 */
final class ScriptedManager extends WorkspaceManagerGrpc.WorkspaceManagerImplBase
    implements AutoCloseable {
  /** What one subscription gets: statuses, and then its end; null: it stays open. */
  private record Scene(List<WorkspaceStatus> statuses, Status end) {}

  /** Listed by GetWorkspaces; DescribeWorkspace knows none. */
  final Map<String, WorkspaceStatus> listed = new ConcurrentHashMap<>();

  final BlockingQueue<MetadataFilter> filters = new LinkedBlockingQueue<>();
  private final BlockingQueue<Scene> scenes = new LinkedBlockingQueue<>();
  private final Server server;
  private final ManagedChannel channel;

  ScriptedManager() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(this)
            .build()
            .start();
    channel =
        Channels.prepare(
                NettyChannelBuilder.forAddress(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort())))
            .usePlaintext()
            .build();
  }

  ScriptedManager thenSends(WorkspaceStatus... statuses) {
    scenes.add(new Scene(List.of(statuses), null));
    return this;
  }

  ScriptedManager thenEnds(Status end, WorkspaceStatus... statuses) {
    scenes.add(new Scene(List.of(statuses), end));
    return this;
  }

  WorkspaceManagerBlockingStub stub() {
    return WorkspaceManagerGrpc.newBlockingStub(channel);
  }

  @Override
  public void startWorkspace(
      StartWorkspaceRequest request, StreamObserver<StartWorkspaceResponse> answer) {
    answer.onNext(StartWorkspaceResponse.getDefaultInstance());
    answer.onCompleted();
  }

  @Override
  public void subscribe(SubscribeRequest request, StreamObserver<SubscribeResponse> answer) {
    filters.add(request.getMustMatch());
    Scene scene = scenes.poll();
    if (scene == null) {
      answer.onError(Status.PERMISSION_DENIED.withDescription("no scene is left").asException());
      return;
    }
    scene.statuses().stream()
        .map(status -> SubscribeResponse.newBuilder().setStatus(status).build())
        .forEach(answer::onNext);
    if (scene.end() != null && scene.end().isOk()) {
      answer.onCompleted();
    } else if (scene.end() != null) {
      answer.onError(scene.end().asException());
    }
  }

  @Override
  public void getWorkspaces(
      GetWorkspacesRequest request, StreamObserver<GetWorkspacesResponse> answer) {
    answer.onNext(GetWorkspacesResponse.newBuilder().addAllStatus(listed.values()).build());
    answer.onCompleted();
  }

  @Override
  public void describeWorkspace(
      DescribeWorkspaceRequest request, StreamObserver<DescribeWorkspaceResponse> answer) {
    answer.onError(Status.NOT_FOUND.asException());
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }
}
