// SPDX-License-Identifier: Apache-2.0
package dev.atelier.client;

import dev.atelier.proto.wsman.MetadataFilter;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.WorkspaceConditionBool;
import dev.atelier.proto.wsman.WorkspaceConditions;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc.WorkspaceManagerBlockingStub;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Starts an instance and waits until it runs. */
public final class StartAndWait {
  private StartAndWait() {}

  /**
   * Starts an instance and waits for RUNNING, or for the end of a headless one that had done its
   * work before it was seen RUNNING.
   *
   * @param stub for every call; a deadline of its own counts too
   * @param patience at most, from now
   * @return the status then, with URL and owner token
   * @throws StartFailed it failed, or was stopped, with the reason; {@link StartTimedOut} when the
   *     time was over
   * @throws StatusRuntimeException the start was refused, or its answer was lost (then it may have
   *     been recorded); or the server refuses to be watched
   * @throws InterruptedException this thread was interrupted; the instance is left as it is
   */
  public static WorkspaceStatus startAndWait(
      WorkspaceManagerBlockingStub stub, StartWorkspaceRequest request, Duration patience)
      throws StartFailed, InterruptedException {
    return startAndWait(stub, request, patience, status -> {}, (error, pause) -> {});
  }

  /**
   * The same, with progress.
   *
   * @param onStatus told every status of the instance that comes, the last one included
   * @param onLost told of lost connections
   */
  public static WorkspaceStatus startAndWait(
      WorkspaceManagerBlockingStub stub,
      StartWorkspaceRequest request,
      Duration patience,
      Consumer<WorkspaceStatus> onStatus,
      Watch.Lost onLost)
      throws StartFailed, InterruptedException {
    Deadline own = stub.getCallOptions().getDeadline();
    Deadline given = Deadline.after(patience.toNanos(), TimeUnit.NANOSECONDS);
    Deadline deadline = own == null ? given : own.minimum(given);
    WorkspaceManagerBlockingStub timed = stub.withDeadline(deadline);
    String id = request.getId();
    try {
      timed.startWorkspace(request);
    } catch (StatusRuntimeException e) {
      if (Thread.interrupted()) {
        throw interrupted(e);
      }
      if (deadline.isExpired()) {
        throw timedOut(id, null, e);
      }
      throw e;
    }
    MetadataFilter filter =
        MetadataFilter.newBuilder()
            .setOwner(request.getMetadata().getOwner())
            .setMetaId(request.getMetadata().getMetaId())
            .build();
    try (Watch watch = Watch.open(timed, filter, onLost)) {
      return await(id, watch, deadline, onStatus);
    }
  }

  private static WorkspaceStatus await(
      String id, Watch watch, Deadline deadline, Consumer<WorkspaceStatus> onStatus)
      throws StartFailed, InterruptedException {
    WorkspaceStatus last = null;
    while (watch.hasNext()) {
      WorkspaceStatus status = watch.next();
      if (!status.getId().equals(id)) {
        continue;
      }
      last = status;
      onStatus.accept(status);
      Optional<String> failure = failure(status);
      if (failure.isPresent()) {
        throw new StartFailed(id, failure.get(), status);
      }
      if (isDone(status.getPhase())) {
        return status;
      }
    }
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while " + id + " was starting");
    }
    if (deadline.isExpired()) {
      throw new StartTimedOut(id, last);
    }
    CancellationException cancelled =
        new CancellationException("the context was cancelled while " + id + " was starting");
    cancelled.initCause(Context.current().cancellationCause());
    throw cancelled;
  }

  private static InterruptedException interrupted(StatusRuntimeException cause) {
    InterruptedException interrupted = new InterruptedException("interrupted while starting");
    interrupted.initCause(cause);
    return interrupted;
  }

  private static StartTimedOut timedOut(String id, WorkspaceStatus last, Throwable cause) {
    StartTimedOut timedOut = new StartTimedOut(id, last);
    timedOut.initCause(cause);
    return timedOut;
  }

  private static boolean isDone(WorkspacePhase phase) {
    return switch (phase) {
      case RUNNING, STOPPING, STOPPED -> true;
      case UNKNOWN, PENDING, CREATING, INITIALIZING, INTERRUPTED, UNRECOGNIZED -> false;
    };
  }

  /** What {@code status} tells of a failure; empty while it runs. */
  private static Optional<String> failure(WorkspaceStatus status) {
    WorkspacePhase phase = status.getPhase();
    if (phase == WorkspacePhase.RUNNING || phase == WorkspacePhase.INTERRUPTED) {
      return Optional.empty();
    }
    WorkspaceConditions conditions = status.getConditions();
    if (!conditions.getFailed().isEmpty()) {
      return Optional.of(conditions.getFailed());
    }
    if (!conditions.getTimeout().isEmpty()) {
      return Optional.of(conditions.getTimeout());
    }
    if (!conditions.getHeadlessTaskFailed().isEmpty()) {
      return Optional.of(conditions.getHeadlessTaskFailed());
    }
    if (conditions.getAborted() == WorkspaceConditionBool.TRUE) {
      return Optional.of("aborted");
    }
    if (conditions.getStoppedByRequest() == WorkspaceConditionBool.TRUE) {
      return Optional.of("stopped by request");
    }
    boolean forgotten =
        phase == WorkspacePhase.STOPPED && status.getMessage().equals(Watch.FORGOTTEN);
    return forgotten ? Optional.of(Watch.FORGOTTEN) : Optional.empty();
  }
}
