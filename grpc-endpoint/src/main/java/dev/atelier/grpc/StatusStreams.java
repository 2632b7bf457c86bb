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
  private volatile boolean ending;

  StatusStreams(Executor executor) {
    this.executor = executor;
  }

  /** Sends to {@code client} what comes from {@code source} until one of them ends. */
  void open(
      ServerCallStreamObserver<SubscribeResponse> client,
      StatusCache statuses,
      StatusStream.Source source) {
    StatusStream[] self = new StatusStream[1];
    StatusStream stream = new StatusStream(client, statuses, executor, () -> open.remove(self[0]));
    self[0] = stream;
    open.add(stream);
    stream.open(source);
    if (ending) {
      stream.end(ENDING);
    }
  }

  /** Ends every stream after what is pending for it was sent. */
  void end() {
    ending = true;
    open.forEach(stream -> stream.end(ENDING));
  }

  int size() {
    return open.size();
  }
}
