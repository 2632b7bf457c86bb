// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.workspace.config.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * How the gRPC server is reached.
 *
 * @param host of the loopback interface, unless connections are encrypted and everyone has to say
 *     who they are
 * @param port 0 to 65535; 0: any free one
 * @param threads most threads that serve calls at the same time, at least 1
 * @param callsPerConnection most calls of one connection at the same time, streams included, at
 *     least 1
 * @param connections most connections at the same time, at least 1
 * @param subscriptions most Subscribe streams of all connections at the same time, at least 1
 * @param tls empty: plain text
 */
record GrpcConfig(
    InetAddress host,
    int port,
    int threads,
    int callsPerConnection,
    int connections,
    int subscriptions,
    Optional<GrpcTls> tls) {
  private static final String HOST = "atelier.grpc.host";

  /**
   * Reads them.
   *
   * @param tokens whether any bearer token is known
   * @throws IllegalArgumentException with everything that is wrong
   */
  static GrpcConfig from(Settings settings, boolean tokens) {
    Optional<GrpcTls> tls = GrpcTls.from(settings);
    GrpcConfig config =
        new GrpcConfig(
            host(settings, tls, tokens),
            settings.number("atelier.grpc.port", 9000, 0, 65_535),
            settings.number("atelier.grpc.threads", 64, 1, 10_000),
            settings.number("atelier.grpc.calls-per-connection", 5_000, 1, Integer.MAX_VALUE),
            settings.number("atelier.grpc.connections", 2_000, 1, Integer.MAX_VALUE),
            settings.number("atelier.grpc.subscriptions", 10_000, 1, Integer.MAX_VALUE),
            tls);
    settings.throwIfAny();
    return config;
  }

  private static InetAddress host(Settings settings, Optional<GrpcTls> tls, boolean tokens) {
    String name = settings.text(HOST, "127.0.0.1");
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try {
      InetAddress address = InetAddress.getByName(name);
      if (address.isLoopbackAddress()) {
        return address;
      }
      boolean asked = tokens || tls.flatMap(GrpcTls::clientAuthority).isPresent();
      if (tls.isPresent() && asked) {
        return address;
      }
      settings.fault(
          HOST,
          name,
          "an address of the loopback interface, since "
              + (tls.isPresent()
                  ? "anyone who can connect may call: name tokens (atelier.security.tokens) or an"
                      + " authority of clients' certificates (atelier.grpc.tls.client-ca)"
                  : "gRPC is served in plain text: set atelier.grpc.tls.certificate and .key, and"
                      + " tokens (atelier.security.tokens) or atelier.grpc.tls.client-ca"));
    } catch (UnknownHostException e) {
      settings.fault(HOST, name, "an address of this machine; there is no such address");
    }
    return loopback;
  }
}
