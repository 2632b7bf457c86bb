// SPDX-License-Identifier: Apache-2.0
package dev.atelier.client;

import dev.atelier.proto.wsman.DescribeWorkspaceRequest;
import dev.atelier.proto.wsman.GetWorkspacesRequest;
import dev.atelier.proto.wsman.MetadataFilter;
import dev.atelier.proto.wsman.SubscribeRequest;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc.WorkspaceManagerBlockingStub;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Every newest status of the instances that a filter matches, for one reader, over lost connections
 * and restarts of the server: first the present ones, then changes, of one instance in the order of
 * their versions, none twice.
 *
 * <p>{@link #hasNext()} waits for the next one. It answers false once the watch was closed, the
 * thread was interrupted (which stays set), or the stub's deadline or the gRPC context that it was
 * opened in is over; it throws the server's {@link StatusRuntimeException} when the server would
 * answer so again. Everything else is a lost connection, and it connects again. That begins at once
 * where the stub's channel is the {@link ManagedChannel} itself; behind interceptors of the stub
 * (those of the channel do not matter) the channel's own pauses come on top.
 */
public final class Watch implements Iterator<WorkspaceStatus>, AutoCloseable {
  /** Message of the last status of an instance that was forgotten while there was no connection. */
  public static final String FORGOTTEN = "forgotten by the manager while the connection was lost";

  private static final Duration LIST_TIME = Duration.ofSeconds(10);
  private static final Duration FOR_EVER = Duration.ofDays(365);
  private static final Metadata.Key<String> FROM =
      Metadata.Key.of("x-subscribe-from", Metadata.ASCII_STRING_MARSHALLER);

  /** Is told when the connection was lost, in the reader's thread. */
  @FunctionalInterface
  public interface Lost {
    /**
     * The connection was lost, or could not be made.
     *
     * @param error how the stream or a call ended
     * @param pause until the next try
     */
    void lost(StatusRuntimeException error, Duration pause);
  }

  private final WorkspaceManagerBlockingStub stub;
  private final WorkspaceManagerBlockingStub subscriber;
  private final MetadataFilter filter;
  private final Lost lost;
  private final Deadline deadline;
  private final Context.CancellableContext context = Context.current().withCancellation();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Seen seen = new Seen();
  private final Backoff backoff = new Backoff(RandomGenerator.getDefault());
  private final Queue<WorkspaceStatus> waiting = new ArrayDeque<>();

  private StatusFeed feed;
  private boolean wasLost;
  private WorkspaceStatus next;

  private Watch(WorkspaceManagerBlockingStub stub, MetadataFilter filter, Lost lost) {
    this.stub = stub;
    this.filter = filter;
    this.lost = lost;
    Metadata beginning = new Metadata();
    beginning.put(FROM, "beginning");
    subscriber = stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(beginning));
    deadline = stub.getCallOptions().getDeadline();
    context.addListener(cancelled -> closed.countDown(), Runnable::run);
  }

  /**
   * Watches; nothing is asked of the server before the first {@link #hasNext()}.
   *
   * @param stub for every call; its deadline, if it has one, is the watch's end
   * @param filter which instances; an empty one: all
   */
  public static Watch open(WorkspaceManagerBlockingStub stub, MetadataFilter filter) {
    return open(stub, filter, (error, pause) -> {});
  }

  /** The same, with someone who is told of lost connections. */
  public static Watch open(WorkspaceManagerBlockingStub stub, MetadataFilter filter, Lost lost) {
    return new Watch(stub, filter, lost);
  }

  @Override
  public boolean hasNext() {
    if (context.isCancelled()) {
      next = null;
    }
    try {
      while (next == null && !isOver()) {
        next = step();
      }
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
    } catch (StatusRuntimeException e) {
      close();
      throw e;
    }
    if (next == null) {
      close();
    }
    return next != null;
  }

  @Override
  public WorkspaceStatus next() {
    // What was promised is given, though the watch may have been closed meanwhile.
    if (next == null && !hasNext()) {
      throw new NoSuchElementException("the watch is over");
    }
    WorkspaceStatus status = next;
    next = null;
    return status;
  }

  /**
   * Ends the watch at once, from any thread; the reader gets no further status, but for one that
   * {@link #hasNext()} has already promised.
   */
  @Override
  public void close() {
    context.cancel(null);
  }

  private boolean isOver() {
    return context.isCancelled()
        || Thread.currentThread().isInterrupted()
        || (deadline != null && deadline.isExpired());
  }

  /** The next status that is news, or null when it has to be tried again. */
  private WorkspaceStatus step() throws InterruptedException {
    try {
      if (waiting.isEmpty()) {
        fetch();
      }
      WorkspaceStatus status = waiting.poll();
      return status != null && seen.admit(status) ? status : null;
    } catch (StatusRuntimeException e) {
      if (isOver()) {
        return null;
      }
      if (isFinal(e.getStatus().getCode())) {
        throw e;
      }
      pauseAfter(e);
      return null;
    }
  }

  private void fetch() throws InterruptedException {
    if (feed != null) {
      feed.next(remaining(FOR_EVER)).ifPresent(waiting::add);
    } else if (wasLost) {
      context.run(this::catchUp);
      wasLost = false;
    } else {
      context.run(
          () ->
              feed =
                  StatusFeed.open(
                      subscriber, SubscribeRequest.newBuilder().setMustMatch(filter).build()));
    }
  }

  private void pauseAfter(StatusRuntimeException error) throws InterruptedException {
    Duration pause = backoff.after(feed == null ? Duration.ZERO : feed.lasted());
    feed = null;
    wasLost = true;
    lost.lost(error, pause);
    closed.await(remaining(pause).toNanos(), TimeUnit.NANOSECONDS);
    if (stub.getChannel() instanceof ManagedChannel channel) {
      channel.resetConnectBackoff();
    }
  }

  /** Finds what became of instances that ended while there was no connection. */
  private void catchUp() {
    Set<String> listed =
        within(LIST_TIME)
            .getWorkspaces(GetWorkspacesRequest.newBuilder().setMustMatch(filter).build())
            .getStatusList()
            .stream()
            .map(WorkspaceStatus::getId)
            .collect(Collectors.toSet());
    for (WorkspaceStatus last : seen.missing(listed)) {
      waiting.add(ending(last));
    }
  }

  private WorkspaceStatus ending(WorkspaceStatus last) {
    try {
      return within(LIST_TIME)
          .describeWorkspace(DescribeWorkspaceRequest.newBuilder().setId(last.getId()).build())
          .getStatus();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
        throw e;
      }
      return last.toBuilder()
          .setPhase(WorkspacePhase.STOPPED)
          .setStatusVersion(last.getStatusVersion() + 1)
          .setMessage(FORGOTTEN)
          .build();
    }
  }

  private WorkspaceManagerBlockingStub within(Duration patience) {
    return stub.withDeadlineAfter(remaining(patience).toNanos(), TimeUnit.NANOSECONDS);
  }

  private Duration remaining(Duration most) {
    if (deadline == null) {
      return most;
    }
    long nanos = Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS));
    return most.toNanos() < nanos ? most : Duration.ofNanos(nanos);
  }

  /** Whether the server has answered, and would answer so again. */
  private static boolean isFinal(Status.Code code) {
    return switch (code) {
      case INVALID_ARGUMENT,
          UNAUTHENTICATED,
          PERMISSION_DENIED,
          UNIMPLEMENTED,
          NOT_FOUND,
          ALREADY_EXISTS,
          FAILED_PRECONDITION,
          OUT_OF_RANGE ->
          true;
      case OK,
          CANCELLED,
          UNKNOWN,
          DEADLINE_EXCEEDED,
          RESOURCE_EXHAUSTED,
          ABORTED,
          INTERNAL,
          UNAVAILABLE,
          DATA_LOSS ->
          false;
    };
  }
}
