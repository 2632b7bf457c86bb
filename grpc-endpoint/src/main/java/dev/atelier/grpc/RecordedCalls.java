// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.workspace.metrics.Histogram;
import dev.atelier.workspace.metrics.Metrics;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;

/** Keeps count and time of calls by method and code; every series exists from the start. */
final class RecordedCalls implements CallMetrics.Recorder {
  private static final List<Duration> BOUNDS =
      List.of(
          Duration.ofMillis(1),
          Duration.ofMillis(5),
          Duration.ofMillis(50),
          Duration.ofMillis(500),
          Duration.ofSeconds(5));

  /** What a call ends in as a rule. */
  private static final Set<Status.Code> CODES =
      Set.of(
          Status.Code.OK,
          Status.Code.CANCELLED,
          Status.Code.INVALID_ARGUMENT,
          Status.Code.NOT_FOUND,
          Status.Code.ALREADY_EXISTS,
          Status.Code.RESOURCE_EXHAUSTED,
          Status.Code.FAILED_PRECONDITION,
          Status.Code.UNIMPLEMENTED,
          Status.Code.UNAVAILABLE);

  private static final String OTHER = "OTHER";

  private final Histogram times;

  RecordedCalls(Metrics metrics, IntSupplier subscribers) {
    times =
        metrics.histogram("atelier_rpc_seconds", "Time of gRPC calls.", BOUNDS, "method", "code");
    for (String method : CallMetrics.METHODS) {
      CODES.forEach(code -> times.expect(method, code.name()));
      times.expect(method, OTHER);
    }
    metrics.gauge("atelier_rpc_subscribers", "Open Subscribe streams.", subscribers::getAsInt);
  }

  @Override
  public void ended(String method, Status.Code code, Duration time) {
    times.observe(time, method, CODES.contains(code) ? code.name() : OTHER);
  }
}
