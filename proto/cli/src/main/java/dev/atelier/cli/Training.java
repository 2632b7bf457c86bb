// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import dev.atelier.proto.wsman.DescribeClusterRequest;
import dev.atelier.proto.wsman.DescribeClusterResponse;
import dev.atelier.proto.wsman.GetWorkspacesRequest;
import dev.atelier.proto.wsman.GetWorkspacesResponse;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.StartWorkspaceResponse;
import dev.atelier.proto.wsman.SubscribeRequest;
import dev.atelier.proto.wsman.SubscribeResponse;
import dev.atelier.proto.wsman.WorkspaceClass;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/**
 * Uses every class that the common commands use, so that the class-data archive has them: runs them
 * against a manager of no workspaces on the loopback interface, in this process.
 */
final class Training extends WorkspaceManagerGrpc.WorkspaceManagerImplBase {
  private static final WorkspaceStatus STATUS =
      WorkspaceStatus.newBuilder().setId("x").setPhase(WorkspacePhase.RUNNING).build();

  private Training() {}

  /** Runs them all, and ends. */
  public static void main(String[] arguments) throws Exception {
    Server server =
        OkHttpServerBuilder.forPort(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .addService(new Training())
            .build()
            .start();
    String address = "127.0.0.1:" + server.getPort();
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Main main = new Main(Map.of(), InputStream.nullInputStream(), nowhere, nowhere);
    for (String form : List.of("table", "json")) {
      for (String command : List.of("list", "classes", "describe x", "start x --git http://x")) {
        main.run(List.of((command + " --address " + address + " -o " + form).split(" ")));
      }
    }
    main.run(List.of("--help"));
    server.shutdownNow();
  }

  @Override
  public void getWorkspaces(
      GetWorkspacesRequest request, StreamObserver<GetWorkspacesResponse> answer) {
    answer.onNext(GetWorkspacesResponse.newBuilder().addStatus(STATUS).build());
    answer.onCompleted();
  }

  @Override
  public void describeCluster(
      DescribeClusterRequest request, StreamObserver<DescribeClusterResponse> answer) {
    answer.onNext(
        DescribeClusterResponse.newBuilder()
            .addWorkspaceClasses(WorkspaceClass.newBuilder().setId("x"))
            .build());
    answer.onCompleted();
  }

  @Override
  public void startWorkspace(
      StartWorkspaceRequest request, StreamObserver<StartWorkspaceResponse> answer) {
    answer.onNext(StartWorkspaceResponse.getDefaultInstance());
    answer.onCompleted();
  }

  @Override
  public void subscribe(SubscribeRequest request, StreamObserver<SubscribeResponse> answer) {
    answer.onNext(SubscribeResponse.newBuilder().setStatus(STATUS).build());
  }
}
