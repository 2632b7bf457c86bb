// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc.hostile;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.atelier.proto.contentservice.WorkspaceInitializer;
import dev.atelier.proto.wsman.BackupWorkspaceRequest;
import dev.atelier.proto.wsman.ControlAdmissionRequest;
import dev.atelier.proto.wsman.ControlPortRequest;
import dev.atelier.proto.wsman.DeleteVolumeSnapshotRequest;
import dev.atelier.proto.wsman.DescribeClusterRequest;
import dev.atelier.proto.wsman.DescribeWorkspaceRequest;
import dev.atelier.proto.wsman.GetWorkspacesRequest;
import dev.atelier.proto.wsman.MarkActiveRequest;
import dev.atelier.proto.wsman.PortSpec;
import dev.atelier.proto.wsman.SetTimeoutRequest;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.StartWorkspaceSpec;
import dev.atelier.proto.wsman.StopWorkspacePolicy;
import dev.atelier.proto.wsman.StopWorkspaceRequest;
import dev.atelier.proto.wsman.SubscribeRequest;
import dev.atelier.proto.wsman.TakeSnapshotRequest;
import dev.atelier.proto.wsman.UpdateSSHKeyRequest;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.proto.wsman.WorkspaceMetadata;
import dev.atelier.proto.wsman.WorkspaceStatus;
import dev.atelier.workspace.hostile.HostileValues;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * Sends malformed and hostile requests to all calls of a server, notes what must not happen, and
 * stops what it started by chance. The same seed sends the same requests.
 */
public final class HostileClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Says gzip and packs nothing. */
  private static final class NoGzip implements io.grpc.Compressor {
    @Override
    public String getMessageEncoding() {
      return "gzip";
    }

    @Override
    public OutputStream compress(OutputStream out) {
      return out;
    }
  }

  private final ManagedChannel channel;
  private final Random random;
  private final HostileMessages messages;
  private final Map<String, Message> right = new TreeMap<>();
  private final Map<String, Integer> outcomes = new TreeMap<>();
  private final List<String> complaints = new ArrayList<>();
  private final Set<String> started = new HashSet<>();
  private int sent;
  private String instance = "hostile";

  /** A client of the server at this address. */
  public HostileClient(String host, int port, long seed) {
    CompressorRegistry compressors = CompressorRegistry.newEmptyInstance();
    compressors.register(new NoGzip());
    compressors.register(Codec.Identity.NONE);
    channel =
        NettyChannelBuilder.forAddress(host, port)
            .usePlaintext()
            .compressorRegistry(compressors)
            .maxInboundMessageSize(256 << 20)
            .build();
    random = new Random(seed);
    messages = new HostileMessages(random);
    requests().forEach(request -> right.put(method(request), request));
  }

  /** Sends so many requests, all calls in turn, and then some special ones. */
  public void attack(int requests) {
    List<MethodDescriptor<?, ?>> methods =
        List.copyOf(WorkspaceManagerGrpc.getServiceDescriptor().getMethods());
    for (int i = 0; i < requests; i++) {
      MethodDescriptor<?, ?> method = methods.get(i % methods.size());
      Message request = right(method.getBareMethodName());
      send(method, messages.like(request), random.nextInt(40) == 0);
    }
    StartWorkspaceRequest start = (StartWorkspaceRequest) right("StartWorkspace");
    for (int depth : new int[] {15, 16, 17, 40, 60, 500, 5_000}) {
      send(
          WorkspaceManagerGrpc.getStartWorkspaceMethod(),
          HostileMessages.nested(start, depth),
          false);
    }
    send(WorkspaceManagerGrpc.getStartWorkspaceMethod(), new byte[15 << 20], false);
    send(WorkspaceManagerGrpc.getStartWorkspaceMethod(), new byte[17 << 20], false);
  }

  /** What the files are named like that path tricks and injected commands would make. */
  public static String mark() {
    return HostileValues.MARK;
  }

  /** What must not have happened; empty when all is well. */
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** How many requests were sent. */
  public int sent() {
    return sent;
  }

  /** How often each call ended in each code. */
  public Map<String, Integer> outcomes() {
    return Map.copyOf(outcomes);
  }

  /** Statuses of all instances by id. */
  public Map<String, WorkspaceStatus> listed() {
    Map<String, WorkspaceStatus> listed = new TreeMap<>();
    WorkspaceManagerGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .getWorkspaces(GetWorkspacesRequest.getDefaultInstance())
        .getStatusList()
        .forEach(status -> listed.put(status.getId(), status));
    return listed;
  }

  /** Stops what was accepted by chance, and waits until it is gone. */
  public Set<String> cleanUp() {
    for (String id : started) {
      WorkspaceManagerGrpc.newBlockingStub(channel)
          .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
          .stopWorkspace(
              StopWorkspaceRequest.newBuilder()
                  .setId(id)
                  .setPolicy(StopWorkspacePolicy.ABORT)
                  .build());
    }
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> listed().keySet().stream().noneMatch(started::contains));
    Set<String> stopped = Set.copyOf(started);
    started.clear();
    return stopped;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** A right request on the instance that was started last; each start is of a new one. */
  private Message right(String method) {
    if (method.equals("StartWorkspace")) {
      instance = "hostile-" + sent;
    }
    Message request = right.get(method);
    FieldDescriptor id = request.getDescriptorForType().findFieldByName("id");
    if (id == null) {
      return request;
    }
    Message renamed = request.toBuilder().setField(id, instance).build();
    return renamed instanceof StartWorkspaceRequest start
        ? start.toBuilder()
            .setServicePrefix(instance)
            .setMetadata(start.getMetadata().toBuilder().setMetaId(instance))
            .build()
        : renamed;
  }

  private void send(MethodDescriptor<?, ?> method, byte[] request, boolean falseGzip) {
    sent++;
    Status status = call(method, request, falseGzip);
    String name = method.getBareMethodName();
    outcomes.merge(name + " " + status.getCode(), 1, Integer::sum);
    boolean forbidden =
        switch (status.getCode()) {
          case UNKNOWN, INTERNAL, DEADLINE_EXCEEDED, UNAVAILABLE -> true;
          case OK -> false;
          case CANCELLED,
              INVALID_ARGUMENT,
              NOT_FOUND,
              ALREADY_EXISTS,
              PERMISSION_DENIED,
              RESOURCE_EXHAUSTED,
              FAILED_PRECONDITION,
              ABORTED,
              OUT_OF_RANGE,
              UNIMPLEMENTED,
              DATA_LOSS,
              UNAUTHENTICATED ->
              status.getDescription() == null || status.getDescription().isBlank();
        };
    if (forbidden) {
      complaints.add("request " + sent + " to " + name + ": " + status);
    }
    if (name.equals("StartWorkspace") && status.isOk()) {
      started.add(id(request));
    }
  }

  private Status call(MethodDescriptor<?, ?> method, byte[] request, boolean falseGzip) {
    MethodDescriptor<byte[], byte[]> raw =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(method.getType())
            .setFullMethodName(method.getFullMethodName())
            .setRequestMarshaller(new RawBytes())
            .setResponseMarshaller(new RawBytes())
            .build();
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    ClientCall<byte[], byte[]> call =
        channel.newCall(raw, falseGzip ? options.withCompression("gzip") : options);
    CompletableFuture<Status> answer = new CompletableFuture<>();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onHeaders(Metadata headers) {
            if (method.getType() == MethodDescriptor.MethodType.SERVER_STREAMING) {
              answer.complete(Status.OK);
              call.cancel("heard enough", null);
            }
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            answer.complete(status);
          }
        },
        new Metadata());
    call.setMessageCompression(falseGzip);
    call.request(2);
    call.sendMessage(request);
    call.halfClose();
    return answer.join();
  }

  private static String id(byte[] request) {
    try {
      return StartWorkspaceRequest.parseFrom(request).getId();
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException("the server took for a message what is none", e);
    }
  }

  private static String method(Message request) {
    String name = request.getDescriptorForType().getName();
    return name.substring(0, name.length() - "Request".length());
  }

  /** One right request of each call, on an instance that is not there. */
  private static List<Message> requests() {
    String id = "hostile";
    return List.of(
        StartWorkspaceRequest.newBuilder()
            .setId(id)
            .setServicePrefix(id)
            .setMetadata(WorkspaceMetadata.newBuilder().setOwner("hostile").setMetaId("hostile"))
            .setSpec(
                StartWorkspaceSpec.newBuilder()
                    .setWorkspaceImage("image")
                    .setWorkspaceLocation("/")
                    .addPorts(PortSpec.newBuilder().setPort(3000))
                    .setInitializer(WorkspaceInitializer.getDefaultInstance()))
            .build(),
        StopWorkspaceRequest.newBuilder().setId(id).build(),
        GetWorkspacesRequest.getDefaultInstance(),
        DescribeWorkspaceRequest.newBuilder().setId(id).build(),
        BackupWorkspaceRequest.newBuilder().setId(id).build(),
        SubscribeRequest.getDefaultInstance(),
        MarkActiveRequest.newBuilder().setId(id).build(),
        SetTimeoutRequest.newBuilder().setId(id).setDuration("1m").build(),
        ControlPortRequest.newBuilder()
            .setId(id)
            .setSpec(PortSpec.newBuilder().setPort(3000))
            .build(),
        TakeSnapshotRequest.newBuilder().setId(id).build(),
        ControlAdmissionRequest.newBuilder().setId(id).build(),
        DeleteVolumeSnapshotRequest.newBuilder().setId(id).build(),
        UpdateSSHKeyRequest.newBuilder().setId(id).addKeys("ssh-ed25519 AAAA").build(),
        DescribeClusterRequest.getDefaultInstance());
  }

  private static final class RawBytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
