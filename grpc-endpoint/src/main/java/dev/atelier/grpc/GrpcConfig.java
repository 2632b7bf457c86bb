package dev.atelier.grpc;

import dev.atelier.workspace.config.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * How the gRPC server is reached.
 *
 * @param host an address of the loopback interface
 * @param port 0 to 65535; 0: any free one
 * @param threads most threads that serve calls at the same time, at least 1
 * @param callsPerConnection most calls of one connection at the same time, streams included, at
 *     least 1
 * @param connections most connections at the same time, at least 1
 * @param subscriptions most Subscribe streams of all connections at the same time, at least 1
 */
record GrpcConfig(
    InetAddress host,
    int port,
    int threads,
    int callsPerConnection,
    int connections,
    int subscriptions) {
  private static final String HOST = "atelier.grpc.host";

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException with everything that is wrong
   */
  static GrpcConfig from(Settings settings) {
    GrpcConfig config =
        new GrpcConfig(
            host(settings),
            settings.number("atelier.grpc.port", 9000, 0, 65_535),
            settings.number("atelier.grpc.threads", 64, 1, 10_000),
            settings.number("atelier.grpc.calls-per-connection", 5_000, 1, Integer.MAX_VALUE),
            settings.number("atelier.grpc.connections", 2_000, 1, Integer.MAX_VALUE),
            settings.number("atelier.grpc.subscriptions", 10_000, 1, Integer.MAX_VALUE));
    settings.throwIfAny();
    return config;
  }

  private static InetAddress host(Settings settings) {
    String name = settings.text(HOST, "127.0.0.1");
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try {
      InetAddress address = InetAddress.getByName(name);
      if (address.isLoopbackAddress()) {
        return address;
      }
      settings.fault(
          HOST,
          name,
          "127.0.0.1 or ::1: gRPC is served in plain text, to anyone who can connect, which is"
              + " allowed on the loopback interface alone");
    } catch (UnknownHostException e) {
      settings.fault(HOST, name, "127.0.0.1 or ::1; there is no such address");
    }
    return loopback;
  }
}
