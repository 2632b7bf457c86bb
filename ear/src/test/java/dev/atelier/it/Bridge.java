// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.awaitility.Awaitility.await;

import dev.atelier.proto.wsman.GetWorkspacesRequest;
import dev.atelier.proto.wsman.MetadataFilter;
import dev.atelier.proto.wsman.SubscribeRequest;
import dev.atelier.proto.wsman.SubscribeResponse;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import dev.atelier.proto.wsman.WorkspaceType;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** A client that lists, then subscribes, and asks for nothing of the past. */
final class Bridge implements AutoCloseable {
  private final ManagedChannel channel;
  private final List<WorkspaceStatus> heard = new CopyOnWriteArrayList<>();

  /**
   * Lists and subscribes.
   *
   * @param owner whose instances it follows; empty: everybody's
   */
  Bridge(int port, String userAgent, String owner) {
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .userAgent(userAgent)
            .build();
    MetadataFilter filter = MetadataFilter.newBuilder().setOwner(owner).build();
    WorkspaceManagerGrpc.newBlockingStub(channel)
        .getWorkspaces(GetWorkspacesRequest.newBuilder().setMustMatch(filter).build());
    AtomicReference<Metadata> headers = new AtomicReference<>();
    WorkspaceManagerGrpc.newStub(channel)
        .withInterceptors(
            MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()))
        .subscribe(
            SubscribeRequest.newBuilder().setMustMatch(filter).build(),
            new StreamObserver<>() {
              @Override
              public void onNext(SubscribeResponse response) {
                heard.add(response.getStatus());
              }

              @Override
              public void onError(Throwable end) {}

              @Override
              public void onCompleted() {}
            });
    await().atMost(ManagerContract.PATIENCE).until(() -> headers.get() != null);
  }

  /** Waits until it was told that an instance has stopped. */
  void awaitStopped(String id) {
    await()
        .alias(id + " was told to have stopped")
        .atMost(ManagerContract.PATIENCE)
        .until(() -> ends(id).contains("STOPPED"));
  }

  /** What it was told of an instance's end. */
  List<String> ends(String id) {
    return heard.stream()
        .filter(status -> status.getId().equals(id))
        .filter(Bridge::ending)
        .map(Bridge::words)
        .toList();
  }

  /** What it was told of the ends of all instances of a type. */
  List<String> endsOf(WorkspaceType type) {
    return heard.stream()
        .filter(status -> status.getSpec().getType() == type)
        .filter(Bridge::ending)
        .map(status -> status.getId() + " " + words(status))
        .toList();
  }

  /** The versions of an instance in the order in which they came. */
  List<Long> versions(String id) {
    return heard.stream()
        .filter(status -> status.getId().equals(id))
        .map(WorkspaceStatus::getStatusVersion)
        .toList();
  }

  private static boolean ending(WorkspaceStatus status) {
    return status.getPhase() == WorkspacePhase.STOPPED
        || !status.getConditions().getSnapshot().isEmpty();
  }

  private static String words(WorkspaceStatus status) {
    return status.getPhase() == WorkspacePhase.STOPPED
        ? "STOPPED"
        : status.getPhase() + " with a snapshot";
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
