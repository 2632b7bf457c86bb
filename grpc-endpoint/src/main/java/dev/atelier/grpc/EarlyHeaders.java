// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Lets a stream send its headers before its first message, so that a subscriber knows from when on
 * it hears of every change.
 */
final class EarlyHeaders implements ServerInterceptor {
  private static final Context.Key<Runnable> SEND = Context.key("atelier-early-headers");

  /** Sends the headers of the call that is being served, from the thread that serves it. */
  static void send() {
    Runnable send = SEND.get();
    if (send != null) {
      send.run();
    }
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    ServerCall<Q, R> once = new Once<>(call);
    Context context = Context.current().withValue(SEND, () -> once.sendHeaders(new Metadata()));
    return Contexts.interceptCall(context, once, headers, next);
  }

  private static final class Once<Q, R>
      extends ForwardingServerCall.SimpleForwardingServerCall<Q, R> {
    private boolean sent;

    Once(ServerCall<Q, R> call) {
      super(call);
    }

    @Override
    public void sendHeaders(Metadata headers) {
      if (!sent) {
        sent = true;
        super.sendHeaders(headers);
      }
    }
  }
}
