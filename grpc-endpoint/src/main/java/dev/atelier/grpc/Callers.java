// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.subscribe.Hearer;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.regex.Pattern;

/** Says who calls, and in which trace. */
final class Callers implements ServerInterceptor {
  private static final Context.Key<Caller> CALLER = Context.key("atelier-caller");

  private static final Context.Key<String> USER_AGENT = Context.key("atelier-user-agent");

  private static final Metadata.Key<String> USER_AGENT_METADATA =
      Metadata.Key.of("user-agent", Metadata.ASCII_STRING_MARSHALLER);

  static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<String> TRACESTATE =
      Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER);

  /** Version, trace id, parent id, flags; later versions may append. */
  private static final Pattern W3C_TRACEPARENT =
      Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

  /** What W3C asks everyone to carry; longer ones may be dropped. */
  private static final int MAX_TRACESTATE = 512;

  /** Who makes the call that is being served. */
  static Caller current() {
    Caller caller = CALLER.get();
    return caller == null ? new Caller(Authentication.current().name(), TraceContext.NONE) : caller;
  }

  /** The caller of the call that is being served, as one that hears of ends. */
  static Hearer hearer() {
    return Hearer.of(
        Authentication.current().name(), Objects.requireNonNullElse(USER_AGENT.get(), ""));
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Caller caller =
        new Caller(Authentication.current().name(), "grpc " + address(call), trace(headers));
    String userAgent = Objects.requireNonNullElse(headers.get(USER_AGENT_METADATA), "");
    return Contexts.interceptCall(
        Context.current().withValues(CALLER, caller, USER_AGENT, userAgent), call, headers, next);
  }

  /** The address of whoever calls. */
  static String address(ServerCall<?, ?> call) {
    SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    return remote instanceof InetSocketAddress internet && internet.getAddress() != null
        ? internet.getAddress().getHostAddress()
        : String.valueOf(remote);
  }

  /** What is not a trace context is as if it were absent, as W3C says. */
  private static TraceContext trace(Metadata headers) {
    String parent = headers.get(TRACEPARENT);
    if (parent == null || !W3C_TRACEPARENT.matcher(parent).matches()) {
      return TraceContext.NONE;
    }
    String state = headers.get(TRACESTATE);
    return new TraceContext(parent, state == null || state.length() > MAX_TRACESTATE ? "" : state);
  }
}
