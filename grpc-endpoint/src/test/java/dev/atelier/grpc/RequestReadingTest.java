// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.proto.wsman.DescribeWorkspaceRequest;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import io.grpc.CallOptions;
import io.grpc.Compressor;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestReadingTest {
  private static final byte[] NOT_UTF_8 = {10, 2, (byte) 0xc3, (byte) 0x28};
  private static final byte[] NO_MESSAGE = {(byte) 0xff, (byte) 0xff, (byte) 0xff};

  @Test
  void bytesThatAreNoMessageAreInvalid() throws Exception {
    try (TestManager manager = new TestManager()) {
      assertThat(WorkspaceManagerGrpc.getServiceDescriptor().getMethods())
          .hasSize(14)
          .allSatisfy(
              method -> {
                Status status =
                    RawCalls.call(manager.channel, method, CallOptions.DEFAULT, NO_MESSAGE);
                assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
                assertThat(status.getDescription()).startsWith("the request is no message");
              });
    }
  }

  @Test
  void textThatIsNotUtf8IsInvalid() throws Exception {
    try (TestManager manager = new TestManager()) {
      Status status =
          RawCalls.call(
              manager.channel,
              WorkspaceManagerGrpc.getStartWorkspaceMethod(),
              CallOptions.DEFAULT,
              NOT_UTF_8);
      assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(status.getDescription()).contains("UTF-8");
    }
  }

  @Test
  void packedBytesThatAreNotPackedAreInvalid() throws Exception {
    try (TestManager manager = new TestManager()) {
      CompressorRegistry registry = CompressorRegistry.newEmptyInstance();
      registry.register(
          new Compressor() {
            @Override
            public String getMessageEncoding() {
              return "gzip";
            }

            @Override
            public OutputStream compress(OutputStream out) {
              return out;
            }
          });
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", manager.server.port())
              .usePlaintext()
              .compressorRegistry(registry)
              .build();
      Status status =
          RawCalls.call(
              channel,
              WorkspaceManagerGrpc.getDescribeWorkspaceMethod(),
              CallOptions.DEFAULT.withCompression("gzip"),
              "no gzip at all, of some length".getBytes(StandardCharsets.UTF_8));
      channel.shutdownNow();
      assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void packedRequestsAreUnderstood() throws Exception {
    try (TestManager manager = new TestManager()) {
      Status status =
          RawCalls.call(
              manager.channel,
              WorkspaceManagerGrpc.getDescribeWorkspaceMethod(),
              CallOptions.DEFAULT.withCompression("gzip"),
              DescribeWorkspaceRequest.newBuilder().setId("none").build().toByteArray());
      assertThat(status.getCode()).isEqualTo(Status.Code.NOT_FOUND);
      assertThat(status.getDescription()).contains("none");
    }
  }

  @Test
  void noMessageIsInvalid() throws Exception {
    try (TestManager manager = new TestManager()) {
      Status status =
          RawCalls.call(
              manager.channel,
              WorkspaceManagerGrpc.getDescribeWorkspaceMethod(),
              CallOptions.DEFAULT);
      assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(status.getDescription()).isEqualTo("no request message");
    }
  }

  @Test
  void twoMessagesAreRefused() throws Exception {
    try (TestManager manager = new TestManager()) {
      byte[] request = DescribeWorkspaceRequest.newBuilder().setId("a").build().toByteArray();
      Status status =
          RawCalls.call(
              manager.channel,
              WorkspaceManagerGrpc.getDescribeWorkspaceMethod(),
              CallOptions.DEFAULT,
              request,
              request);
      // The stream is reset when the refusal and the second message cross.
      assertThat(status.getCode()).isIn(Status.Code.INVALID_ARGUMENT, Status.Code.CANCELLED);
    }
  }

  @Test
  void rateLimitAndMaintenanceComeBeforeTheBytes() throws Exception {
    try (TestManager manager = new TestManager(Map.of("StartWorkspace", 1))) {
      manager.underMaintenance();
      assertThat(start(manager, NO_MESSAGE).getDescription()).isEqualTo("under maintenance");
      assertThat(start(manager, NO_MESSAGE).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }
  }

  @Test
  void deepNestingIsInvalidWhoeverFindsIt() throws Exception {
    try (TestManager manager = new TestManager()) {
      StartWorkspaceRequest.Builder request = StartRequests.valid("a");
      var initializer = request.getSpecBuilder().getInitializerBuilder();
      for (int i = 0; i <= WireInitializers.MAX_DEPTH; i++) {
        initializer = initializer.getCompositeBuilder().addInitializerBuilder();
      }
      Status byUs = start(manager, request.build().toByteArray());
      assertThat(byUs.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(byUs.getDescription()).contains("nested more than 16 deep");
      for (int i = 0; i < 200; i++) {
        initializer = initializer.getCompositeBuilder().addInitializerBuilder();
      }
      Status byTheParser = start(manager, request.build().toByteArray());
      assertThat(byTheParser.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void anUnexpectedFaultIsUnavailableWithAReference() throws Exception {
    try (TestManager manager = new TestManager()) {
      manager.store.failWith(new IllegalStateException("a secret of ours"));
      Status status = start(manager, StartRequests.valid("a").build().toByteArray());
      assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(status.getDescription()).matches("unexpected fault, reference [0-9a-f]{8}");
    }
  }

  private static Status start(TestManager manager, byte[] request) throws Exception {
    return RawCalls.call(
        manager.channel,
        WorkspaceManagerGrpc.getStartWorkspaceMethod(),
        CallOptions.DEFAULT,
        request);
  }
}
