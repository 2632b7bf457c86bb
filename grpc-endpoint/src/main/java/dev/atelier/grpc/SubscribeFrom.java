// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Reads from the metadata of a subscription where it begins. */
final class SubscribeFrom implements ServerInterceptor {
  static final Metadata.Key<String> METADATA =
      Metadata.Key.of("x-subscribe-from", Metadata.ASCII_STRING_MARSHALLER);

  private static final Context.Key<String> FROM = Context.key("atelier-subscribe-from");

  /** Whether the subscription that is being opened asks for the present state first. */
  static boolean beginning() {
    return "beginning".equals(FROM.get());
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String from = headers.get(METADATA);
    return from == null
        ? next.startCall(call, headers)
        : Contexts.interceptCall(Context.current().withValue(FROM, from), call, headers, next);
  }
}
