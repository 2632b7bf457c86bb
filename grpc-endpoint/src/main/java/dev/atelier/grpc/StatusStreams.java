// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.proto.wsman.SubscribeResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** The streams of all subscribers. */
final class StatusStreams {
  private static final Status ENDING =
      Status.UNAVAILABLE.withDescription("server is shutting down, subscribe again");

  private final Set<StatusStream> open = ConcurrentHashMap.newKeySet();
  private final Executor executor;
  private final int most;
  private volatile boolean ending;

  /**
   * No streams yet.
   *
   * @param most at the same time, at least 1
   */
  StatusStreams(Executor executor, int most) {
    this.executor = executor;
    this.most = most;
  }

  /**
   * Sends to {@code client} what comes from {@code source} until one of them ends. It ends at once
   * in RESOURCE_EXHAUSTED when there are too many.
   */
  void open(
      ServerCallStreamObserver<SubscribeResponse> client,
      StatusCache.View statuses,
      Handed handed,
      StatusStream.Source source) {
    StatusStream[] self = new StatusStream[1];
    StatusStream stream =
        new StatusStream(client, statuses, handed, executor, () -> open.remove(self[0]));
    self[0] = stream;
    if (!add(stream)) {
      client.onError(
          Status.RESOURCE_EXHAUSTED
              .withDescription(
                  "too many subscriptions: %d are open, the most that atelier.grpc.subscriptions allows"
                      .formatted(most))
              .asRuntimeException());
      return;
    }
    stream.open(source);
    if (ending) {
      stream.end(ENDING);
    }
  }

  private synchronized boolean add(StatusStream stream) {
    return open.size() < most && open.add(stream);
  }

  /** Ends every stream after what is pending for it was sent and taken. */
  void end() {
    ending = true;
    open.forEach(stream -> stream.end(ENDING));
  }

  int size() {
    return open.size();
  }
}
