// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.proto.wsman.SubscribeResponse;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.subscribe.Subscription;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One subscriber's stream. Takes from its subscription only what the client is ready for: what
 * waits stays in the subscription, which conflates it. Whoever wakes it only adds a task to {@code
 * executor}, at most one at a time.
 */
final class StatusStream {
  /** Updates sent before other calls get their turn on the thread. */
  private static final int BATCH = 256;

  private static final Status UNREAD =
      Status.UNAVAILABLE.withDescription(
          "nothing of this subscription was read for %d minutes, subscribe again"
              .formatted(Subscription.PATIENCE.toMinutes()));

  /** The subscription to open, told whom to wake. */
  @FunctionalInterface
  interface Source {
    Subscription open(Runnable readable);
  }

  private final ServerCallStreamObserver<SubscribeResponse> client;
  private final StatusCache.View statuses;
  private final Handed handed;
  private final Executor executor;
  private final Runnable ended;

  /** Wake-ups that the running task has not seen. It begins as if a task ran, until opened. */
  private final AtomicInteger wakeUps = new AtomicInteger(1);

  private volatile Subscription subscription;
  private volatile Status ending;
  private boolean done;

  /**
   * A stream that is not open yet.
   *
   * @param handed follows what matters of it on its way
   * @param ended called once nothing will be sent any more
   */
  StatusStream(
      ServerCallStreamObserver<SubscribeResponse> client,
      StatusCache.View statuses,
      Handed handed,
      Executor executor,
      Runnable ended) {
    this.client = client;
    this.statuses = statuses;
    this.handed = handed;
    this.executor = executor;
    this.ended = ended;
  }

  /** Begins; called once, while the call's handler has not returned. */
  void open(Source source) {
    client.setOnReadyHandler(this::wake);
    client.setOnCancelHandler(this::cancelled);
    subscription = source.open(this::wake);
    EarlyHeaders.send();
    execute();
  }

  /** Ends the stream in {@code status} after everything that is pending was sent and taken. */
  void end(Status status) {
    ending = status;
    wake();
  }

  private void cancelled() {
    subscription.close();
    ended.run();
  }

  private void wake() {
    if (wakeUps.getAndIncrement() == 0) {
      execute();
    }
  }

  private void execute() {
    executor.execute(this::send);
  }

  private void send() {
    int seen = wakeUps.get();
    boolean more = sendSome();
    if (more || wakeUps.addAndGet(-seen) > 0) {
      execute();
    }
  }

  /** Whether there is more to send at once. */
  private boolean sendSome() {
    try {
      for (int sent = 0; sent < BATCH; sent++) {
        if (!done && subscription.givenUp()) {
          finish(UNREAD);
        }
        if (done || client.isCancelled()) {
          return false;
        }
        boolean settled = handed.settle(this::wake);
        if (!client.isReady()) {
          return false;
        }
        Status last = ending;
        Optional<Workspace> next = subscription.poll();
        if (next.isPresent()) {
          Workspace current = next.get();
          client.onNext(response(current));
          handed.add(current);
        } else {
          if (last != null && settled) {
            finish(last);
          }
          return false;
        }
      }
      return true;
    } catch (WorkspaceFault | RuntimeException e) {
      finish(Faults.of(e, "Subscribe").getStatus());
      return false;
    }
  }

  private void finish(Status status) {
    done = true;
    subscription.close();
    client.onError(status.asRuntimeException());
    ended.run();
  }

  private SubscribeResponse response(Workspace workspace) throws WorkspaceFault {
    SubscribeResponse.Builder response =
        SubscribeResponse.newBuilder().setStatus(statuses.of(workspace));
    TraceContext trace = workspace.trace();
    if (!trace.traceparent().isEmpty()) {
      response.putHeader("traceparent", trace.traceparent());
      if (!trace.tracestate().isEmpty()) {
        response.putHeader("tracestate", trace.tracestate());
      }
    }
    return response.build();
  }
}
