// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2FrameListener;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.grpc.netty.shaded.io.netty.util.AttributeKey;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds out when what was sent on a connection has arrived. gRPC knows only what has left this
 * process, which a client that is gone need not have got. So it is asked by a ping of HTTP/2:
 * whoever reads the connection answers it after what was sent before it.
 */
final class Arrivals implements ServerInterceptor {
  private static final Context.Key<Arrival> ARRIVAL = Context.key("atelier-arrival");
  private static final AttributeKey<Answers> ANSWERS = AttributeKey.valueOf("atelier-answers");

  /** Of pings, so that none is taken for one of gRPC's own. */
  private static final long FIRST_PAYLOAD = 0x4174_656c_0000_0000L;

  /** Asks about one call. */
  interface Arrival {
    /**
     * From which number of bytes on their way out on the call counts as not ready; positive. Unlike
     * the observer's method of that name it may be called at any time.
     */
    void setOnReadyThreshold(int bytes);

    /**
     * Has {@code arrived} called once everything has arrived that has left this process by now: on
     * a thread of the transport, so that it only enqueues; never, where the connection ends before.
     */
    void ask(Runnable arrived);
  }

  private record Ends(SocketAddress remote, SocketAddress local) {}

  private final Map<Ends, Channel> connections = new ConcurrentHashMap<>();

  /** Of the call that is being served; empty where its connection has ended. */
  static Optional<Arrival> current() {
    return Optional.ofNullable(ARRIVAL.get());
  }

  /** A connection was accepted. */
  void accepted(Channel connection) {
    Ends ends = new Ends(connection.remoteAddress(), connection.localAddress());
    connections.put(ends, connection);
    ChannelFuture unused =
        connection.closeFuture().addListener(closed -> connections.remove(ends, connection));
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Channel connection =
        connections.get(
            new Ends(
                call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
                call.getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR)));
    if (connection == null) {
      return next.startCall(call, headers);
    }
    return Contexts.interceptCall(
        Context.current().withValue(ARRIVAL, new OfCall(call, connection)), call, headers, next);
  }

  private record OfCall(ServerCall<?, ?> call, Channel connection) implements Arrival {
    @Override
    public void setOnReadyThreshold(int bytes) {
      call.setOnReadyThreshold(bytes);
    }

    @Override
    public void ask(Runnable arrived) {
      connection.eventLoop().execute(() -> ping(connection, arrived));
    }
  }

  /** By the connection's own thread. */
  private static void ping(Channel connection, Runnable arrived) {
    Http2ConnectionHandler http2 = connection.pipeline().get(Http2ConnectionHandler.class);
    if (http2 == null) {
      return;
    }
    ChannelHandlerContext context = connection.pipeline().context(http2);
    Answers answers = connection.attr(ANSWERS).get();
    if (answers == null) {
      answers = new Answers(http2.decoder().frameListener());
      http2.decoder().frameListener(answers);
      connection.attr(ANSWERS).set(answers);
    }
    ChannelFuture unused =
        http2.encoder().writePing(context, false, answers.await(arrived), context.newPromise());
    http2.flush(context);
  }

  /** Hears the answers of one connection, by its own thread alone. */
  private static final class Answers extends Http2FrameListenerDecorator {
    private final Map<Long, Runnable> awaited = new HashMap<>();
    private long payload = FIRST_PAYLOAD;

    Answers(Http2FrameListener rest) {
      super(rest);
    }

    /** The payload of the ping whose answer that is. */
    long await(Runnable arrived) {
      payload++;
      awaited.put(payload, arrived);
      return payload;
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext context, long data) throws Http2Exception {
      Runnable arrived = awaited.remove(data);
      if (arrived == null) {
        super.onPingAckRead(context, data);
      } else {
        arrived.run();
      }
    }
  }
}
