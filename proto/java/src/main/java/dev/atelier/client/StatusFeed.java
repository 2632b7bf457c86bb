// SPDX-License-Identifier: Apache-2.0
package dev.atelier.client;

import dev.atelier.proto.wsman.SubscribeRequest;
import dev.atelier.proto.wsman.SubscribeResponse;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc.WorkspaceManagerBlockingStub;
import dev.atelier.proto.wsman.WorkspaceStatus;
import io.grpc.ClientCall;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One Subscribe stream. The next status is asked for when the one before was taken. */
final class StatusFeed implements ClientResponseObserver<SubscribeRequest, SubscribeResponse> {
  /** What came: a status, or the stream's end. */
  private record Arrival(Optional<WorkspaceStatus> status, Status end) {}

  /** Holds a status and the end at most, since no more is asked for. */
  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();

  private final long begin = System.nanoTime();
  private ClientCallStreamObserver<SubscribeRequest> call;
  private boolean asked = true;

  private StatusFeed() {}

  /** Subscribes; the call belongs to the current context and ends with it. */
  static StatusFeed open(WorkspaceManagerBlockingStub stub, SubscribeRequest request) {
    StatusFeed feed = new StatusFeed();
    ClientCall<SubscribeRequest, SubscribeResponse> call =
        stub.getChannel().newCall(WorkspaceManagerGrpc.getSubscribeMethod(), stub.getCallOptions());
    ClientCalls.asyncServerStreamingCall(call, request, feed);
    return feed;
  }

  /**
   * Waits for the next status.
   *
   * @return empty when {@code patience} is over
   * @throws io.grpc.StatusRuntimeException the stream's end, whatever it was
   */
  Optional<WorkspaceStatus> next(Duration patience) throws InterruptedException {
    if (!asked) {
      asked = true;
      call.request(1);
    }
    Arrival arrival = arrivals.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    if (arrival == null) {
      return Optional.empty();
    }
    if (arrival.status().isEmpty()) {
      throw arrival.end().asRuntimeException();
    }
    asked = false;
    return arrival.status();
  }

  /** Since it was opened. */
  Duration lasted() {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<SubscribeRequest> requests) {
    call = requests;
    requests.disableAutoRequestWithInitial(1);
  }

  @Override
  public void onNext(SubscribeResponse response) {
    arrivals.add(new Arrival(Optional.of(response.getStatus()), Status.OK));
  }

  @Override
  public void onError(Throwable error) {
    arrivals.add(new Arrival(Optional.empty(), Status.fromThrowable(error)));
  }

  @Override
  public void onCompleted() {
    arrivals.add(
        new Arrival(
            Optional.empty(), Status.UNAVAILABLE.withDescription("the server ended the stream")));
  }
}
