// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.Limits;
import dev.atelier.workspace.operations.Maintenance;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.util.Set;

/** Refuses calls by their method alone, before their request is read. */
final class Admission implements ServerInterceptor {

  /** What refuses calls. */
  @FunctionalInterface
  interface Gate {
    /**
     * Lets a call in or refuses it.
     *
     * @param method bare name
     */
    void admit(String method) throws WorkspaceFault;
  }

  /** Calls that maintenance refuses whatever they ask for. */
  private static final Set<String> NOT_UNDER_MAINTENANCE =
      Set.of("StartWorkspace", "StopWorkspace", "TakeSnapshot");

  private final Gate gate;

  Admission(Gate gate) {
    this.gate = gate;
  }

  /** Rate limits, then maintenance: the order in which clients are told of them. */
  static Gate by(Limits limits, Maintenance maintenance) {
    return method -> {
      limits.acquire(method);
      if (NOT_UNDER_MAINTENANCE.contains(method) && maintenance.active()) {
        throw WorkspaceFault.underMaintenance();
      }
    };
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String method = call.getMethodDescriptor().getBareMethodName();
    try {
      gate.admit(method);
    } catch (WorkspaceFault | RuntimeException e) {
      StatusRuntimeException told = Faults.of(e, method);
      call.close(
          told.getStatus(), told.getTrailers() == null ? new Metadata() : told.getTrailers());
      return new ServerCall.Listener<>() {};
    }
    return next.startCall(call, headers);
  }
}
