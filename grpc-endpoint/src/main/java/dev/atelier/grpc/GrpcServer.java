// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.netty.shaded.io.netty.util.concurrent.Future;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Listens for calls: the workspace manager's, health and reflection. */
final class GrpcServer {
  private static final int MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

  /** Room for tokens, trace context and what proxies add. */
  private static final int MAX_METADATA_BYTES = 32 * 1024;

  /** Clients may ping every 5 s; a little earlier is no offence, as networks compress time. */
  private static final Duration PERMITTED_KEEP_ALIVE = Duration.ofSeconds(4);

  /** How long a silent client is believed to be there. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(60);

  private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(20);

  /**
   * Streams that a connection may reset within a while, before it is closed: far more than a client
   * that cancels, far less than one that only means harm.
   */
  private static final int MAX_RESETS = 2_000;

  private static final Duration RESETS_WINDOW = Duration.ofSeconds(10);

  private final HealthStatusManager health = new HealthStatusManager();
  private final StatusStreams streams;
  private final EventLoopGroup acceptor = loops(1, "atelier-grpc-accept");
  private final EventLoopGroup transport = loops(0, "atelier-grpc-io");
  private final Server server;

  /**
   * A server that does not listen yet.
   *
   * @param executor where calls are served; each call has at most one task waiting there
   * @param authentication finds out who calls, before all else
   * @param tokens whether any bearer token is known
   * @param admission refuses calls before their request is read
   */
  @SuppressWarnings("deprecation") // Older versions of grpcurl know reflection v1alpha alone.
  GrpcServer(
      GrpcConfig config,
      WorkspaceManagerService service,
      StatusStreams streams,
      Authentication authentication,
      boolean tokens,
      Admission.Gate admission,
      CallMetrics.Recorder recorder,
      Executor executor)
      throws IOException {
    this.streams = streams;
    serving(false);
    Arrivals arrivals = new Arrivals();
    ServerServiceDefinition manager =
        ServerInterceptors.interceptForward(
            RequestReading.of(service.bindService()),
            authentication,
            new Callers(),
            new Admission(admission),
            new SubscribeFrom(),
            arrivals,
            new EarlyHeaders());
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(config.host(), config.port()), credentials(config, tokens))
            .channelFactory(
                () -> new BoundedServerChannel(config.connections(), arrivals::accepted))
            .bossEventLoopGroup(acceptor)
            .workerEventLoopGroup(transport)
            .maxRstFramesPerWindow(MAX_RESETS, (int) RESETS_WINDOW.toSeconds())
            .executor(executor)
            .addService(manager)
            .addService(health.getHealthService())
            .addService(
                ServerInterceptors.intercept(
                    ProtoReflectionServiceV1.newInstance(), authentication))
            .addService(
                ServerInterceptors.intercept(ProtoReflectionService.newInstance(), authentication))
            .addStreamTracerFactory(new CallMetrics(recorder))
            .decompressorRegistry(
                DecompressorRegistry.emptyInstance()
                    .with(Codec.Identity.NONE, false)
                    .with(new LazyGzip(), true))
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .maxInboundMetadataSize(MAX_METADATA_BYTES)
            .maxConcurrentCallsPerConnection(config.callsPerConnection())
            .permitKeepAliveTime(PERMITTED_KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(KEEP_ALIVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .build();
  }

  private static ServerCredentials credentials(GrpcConfig config, boolean tokens)
      throws IOException {
    return config.tls().isPresent()
        ? config.tls().get().credentials(!tokens)
        : InsecureServerCredentials.create();
  }

  /** Threads for connections; 0: as many as Netty thinks right for this machine. */
  private static EventLoopGroup loops(int threads, String name) {
    return new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
  }

  /** Begins to accept calls. */
  void start() throws IOException {
    try {
      server.start();
    } catch (IOException e) {
      endLoops();
      throw e;
    }
  }

  private void endLoops() {
    Future<?> accepted = acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    Future<?> transported = transport.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    accepted.awaitUninterruptibly(1, TimeUnit.SECONDS);
    transported.awaitUninterruptibly(1, TimeUnit.SECONDS);
  }

  /** The port that is listened on; -1 before the start and after the end. */
  int port() {
    return server.isShutdown() ? -1 : server.getPort();
  }

  /** Says to health checks whether calls can be served. */
  void serving(boolean serving) {
    ServingStatus status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    health.setStatus(WorkspaceManagerGrpc.SERVICE_NAME, status);
  }

  /**
   * Accepts no calls any more, ends all streams once what is pending was sent, and lets calls under
   * way end by themselves, for {@code patience} at most.
   */
  void stop(Duration patience) {
    health.enterTerminalState();
    server.shutdown();
    streams.end();
    try {
      if (!server.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    } finally {
      endLoops();
    }
  }
}
