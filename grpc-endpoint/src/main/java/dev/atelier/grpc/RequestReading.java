// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.SecurityLevel;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes the refusal of a request that cannot be read the call's own: left to gRPC, bytes that are
 * no message end a call in INTERNAL or UNKNOWN before any interceptor has a say.
 */
final class RequestReading {
  /** Smaller messages cost little memory, whatever they consist of. */
  private static final int COUNTED_BYTES = 256 * 1024;

  private RequestReading() {}

  /** The message that was sent, or why it cannot be read; one of them is null. */
  private record Read<Q>(Q message, Status problem) {}

  /** The same service, which refuses what it cannot read, and lets no fault through as it is. */
  static ServerServiceDefinition of(ServerServiceDefinition service) {
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
            .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
      ServerMethodDefinition<?, ?> reading = of(method);
      methods.add(reading);
      descriptor.addMethod(reading.getMethodDescriptor());
    }
    ServerServiceDefinition.Builder definition =
        ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(definition::addMethod);
    return definition.build();
  }

  private static <Q, R> ServerMethodDefinition<Read<Q>, R> of(ServerMethodDefinition<Q, R> method) {
    MethodDescriptor<Q, R> descriptor = method.getMethodDescriptor();
    ServerCallHandler<Q, R> handler = method.getServerCallHandler();
    return ServerMethodDefinition.create(
        descriptor.toBuilder(
                new ReadingMarshaller<>(descriptor.getRequestMarshaller()),
                descriptor.getResponseMarshaller())
            .build(),
        (call, headers) -> {
          Call<Q, R> original = new Call<>(call, descriptor);
          return new Listener<>(original, handler.startCall(original, headers));
        });
  }

  private record ReadingMarshaller<Q>(MethodDescriptor.Marshaller<Q> original)
      implements MethodDescriptor.Marshaller<Read<Q>> {
    @Override
    public InputStream stream(Read<Q> value) {
      return original.stream(value.message());
    }

    @Override
    public Read<Q> parse(InputStream stream) {
      try {
        byte[] start = stream.readNBytes(COUNTED_BYTES);
        if (start.length < COUNTED_BYTES) {
          return new Read<>(original.parse(new ByteArrayInputStream(start)), null);
        }
        byte[] message = whole(start, stream);
        if (Entries.tooMany(message, type())) {
          return new Read<>(
              null,
              Status.INVALID_ARGUMENT.withDescription(
                  "the request has more than " + Entries.MOST + " fields and list entries"));
        }
        return new Read<>(original.parse(new ByteArrayInputStream(message)), null);
      } catch (StatusRuntimeException e) {
        // gRPC itself ends a message that grows too large when it is unpacked.
        return new Read<>(
            null,
            e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
                ? e.getStatus()
                : noMessage(e.getCause() == null ? e : e.getCause()));
      } catch (IOException | RuntimeException e) {
        return new Read<>(null, noMessage(e));
      }
    }

    private static byte[] whole(byte[] start, InputStream rest) throws IOException {
      byte[] more = rest.readAllBytes();
      byte[] message = Arrays.copyOf(start, start.length + more.length);
      System.arraycopy(more, 0, message, start.length, more.length);
      return message;
    }

    private Descriptor type() {
      return ((Message) ((PrototypeMarshaller<?>) original).getMessagePrototype())
          .getDescriptorForType();
    }

    private static Status noMessage(Throwable why) {
      return Status.INVALID_ARGUMENT.withDescription(
          "the request is no message of its type: " + why.getMessage());
    }
  }

  /** Refuses what could not be read, and otherwise passes on. */
  private static final class Listener<Q> extends ServerCall.Listener<Read<Q>> {
    private final Call<Q, ?> call;
    private final ServerCall.Listener<Q> original;
    private boolean received;
    private boolean refused;

    Listener(Call<Q, ?> call, ServerCall.Listener<Q> original) {
      this.call = call;
      this.original = original;
    }

    @Override
    public void onMessage(Read<Q> read) {
      if (refused) {
        return;
      }
      if (read.problem() != null) {
        refuse(read.problem());
      } else if (received) {
        refuse(Status.INVALID_ARGUMENT.withDescription("more than one request message"));
      } else {
        received = true;
        guarded(() -> original.onMessage(read.message()));
      }
    }

    @Override
    public void onHalfClose() {
      if (refused) {
        return;
      }
      if (received) {
        guarded(original::onHalfClose);
      } else {
        refuse(Status.INVALID_ARGUMENT.withDescription("no request message"));
      }
    }

    @Override
    public void onCancel() {
      guarded(original::onCancel);
    }

    @Override
    public void onComplete() {
      guarded(original::onComplete);
    }

    @Override
    public void onReady() {
      guarded(original::onReady);
    }

    private void refuse(Status status) {
      refused = true;
      call.close(status, new Metadata());
    }

    private void guarded(Runnable callback) {
      try {
        callback.run();
      } catch (RuntimeException | StackOverflowError e) {
        refused = true;
        StatusRuntimeException told = Faults.of(e, call.getMethodDescriptor().getBareMethodName());
        call.close(
            told.getStatus(), told.getTrailers() == null ? new Metadata() : told.getTrailers());
      }
    }
  }

  /** The call as the original handler knows it. Closes once, and never as UNKNOWN or INTERNAL. */
  private static final class Call<Q, R> extends ServerCall<Q, R> {
    private final ServerCall<Read<Q>, R> call;
    private final MethodDescriptor<Q, R> descriptor;
    private boolean closed;

    Call(ServerCall<Read<Q>, R> call, MethodDescriptor<Q, R> descriptor) {
      this.call = call;
      this.descriptor = descriptor;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      synchronized (this) {
        if (closed) {
          return;
        }
        closed = true;
      }
      if (Faults.speaks(status)) {
        call.close(status, trailers);
      } else {
        StatusRuntimeException told =
            Faults.of(status.asRuntimeException(), descriptor.getBareMethodName());
        call.close(told.getStatus(), new Metadata());
      }
    }

    @Override
    public void request(int numMessages) {
      call.request(numMessages);
    }

    @Override
    public void sendHeaders(Metadata headers) {
      call.sendHeaders(headers);
    }

    @Override
    public void sendMessage(R message) {
      call.sendMessage(message);
    }

    @Override
    public boolean isReady() {
      return call.isReady();
    }

    @Override
    public boolean isCancelled() {
      return call.isCancelled();
    }

    @Override
    public void setMessageCompression(boolean enabled) {
      call.setMessageCompression(enabled);
    }

    @Override
    public void setCompression(String compressor) {
      call.setCompression(compressor);
    }

    @Override
    public void setOnReadyThreshold(int numBytes) {
      call.setOnReadyThreshold(numBytes);
    }

    @Override
    public SecurityLevel getSecurityLevel() {
      return call.getSecurityLevel();
    }

    @Override
    public Attributes getAttributes() {
      return call.getAttributes();
    }

    @Override
    public String getAuthority() {
      return call.getAuthority();
    }

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() {
      return descriptor;
    }
  }
}
