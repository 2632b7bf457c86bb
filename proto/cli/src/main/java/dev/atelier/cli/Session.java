// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import dev.atelier.client.Channels;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc.WorkspaceManagerBlockingStub;
import io.grpc.CallCredentials;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** What a command works with: the manager, the settings, where answers and progress go. */
final class Session implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final ConnectionSettings.Sources sources;
  private final InputStream in;
  private final PrintStream progress;
  private final Output output;
  private ManagedChannel channel;

  Session(ConnectionSettings.Sources sources, InputStream in, PrintStream progress, Output output) {
    this.sources = sources;
    this.in = in;
    this.progress = progress;
    this.output = output;
  }

  /** The calls; connects at the first of them. */
  WorkspaceManagerBlockingStub calls() throws CommandFault {
    ConnectionSettings settings = ConnectionSettings.from(sources);
    if (channel == null) {
      channel = connect(settings);
    }
    WorkspaceManagerBlockingStub stub = WorkspaceManagerGrpc.newBlockingStub(channel);
    return settings.token().isEmpty()
        ? stub
        : stub.withCallCredentials(new Bearer("Bearer " + settings.token()));
  }

  /** A call that is answered at once or not at all. */
  WorkspaceManagerBlockingStub quickCalls() throws CommandFault {
    return calls().withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  Output output() {
    return output;
  }

  InputStream in() {
    return in;
  }

  /** A line for people who wait, apart from the answer. */
  void tell(String line) {
    progress.println(line);
  }

  String setting(String name, String fallback) {
    return sources.text(name, fallback);
  }

  private static ManagedChannel connect(ConnectionSettings settings) throws CommandFault {
    if (!settings.tls()) {
      return Channels.prepare(OkHttpChannelBuilder.forAddress(settings.host(), settings.port()))
          .usePlaintext()
          .build();
    }
    try {
      TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
      if (settings.ca().isPresent()) {
        tls.trustManager(settings.ca().get().toFile());
      }
      if (settings.certificate().isPresent()) {
        tls.keyManager(settings.certificate().get().toFile(), settings.key().get().toFile());
      }
      ChannelCredentials credentials = tls.build();
      return Channels.prepare(
              OkHttpChannelBuilder.forAddress(settings.host(), settings.port(), credentials))
          .build();
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandFault(Exit.USAGE, "TLS: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    if (channel != null) {
      channel.shutdownNow();
    }
  }

  /** The caller's token, with every call. */
  private static final class Bearer extends CallCredentials {
    private final String header;

    Bearer(String header) {
      this.header = header;
    }

    @Override
    public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
      Metadata headers = new Metadata();
      headers.put(AUTHORIZATION, header);
      applier.apply(headers);
    }
  }
}
