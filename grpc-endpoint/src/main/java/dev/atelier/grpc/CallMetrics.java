// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Times every call of the workspace manager from its headers to its end, however it ends. */
final class CallMetrics extends ServerStreamTracer.Factory {
  /** Bare names of the calls. */
  static final List<String> METHODS =
      WorkspaceManagerGrpc.getServiceDescriptor().getMethods().stream()
          .map(MethodDescriptor::getBareMethodName)
          .sorted()
          .toList();

  private static final Map<String, String> BARE_NAMES =
      METHODS.stream()
          .collect(
              Collectors.toUnmodifiableMap(
                  method -> WorkspaceManagerGrpc.SERVICE_NAME + "/" + method, method -> method));

  private static final ServerStreamTracer NOT_TIMED = new ServerStreamTracer() {};

  /** Where the times go. */
  @FunctionalInterface
  interface Recorder {
    /** A call has ended. */
    void ended(String method, Status.Code code, Duration time);
  }

  private final Recorder recorder;

  CallMetrics(Recorder recorder) {
    this.recorder = recorder;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    String method = BARE_NAMES.get(fullMethodName);
    if (method == null) {
      return NOT_TIMED;
    }
    long began = System.nanoTime();
    return new ServerStreamTracer() {
      @Override
      public void streamClosed(Status status) {
        recorder.ended(method, status.getCode(), Duration.ofNanos(System.nanoTime() - began));
      }
    };
  }
}
