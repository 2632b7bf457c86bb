// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.proto.wsman.DescribeClusterRequest;
import dev.atelier.proto.wsman.StopWorkspaceRequest;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.workspace.LeftOut;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** gRPC over TLS with certificates and tokens, and what is refused at the start. */
class GrpcSecurityIT {
  @TempDir static Path folder;

  private static AtelierServer server;

  @BeforeAll
  static void start() throws Exception {
    boolean made = certificate("server") && certificate("client");
    LeftOut.unless(made, "there is no openssl", "gRPC over TLS");
    Map<String, String> config = new TreeMap<>(Accounts.all());
    config.put("atelier.grpc.tls.certificate", file("server.pem"));
    config.put("atelier.grpc.tls.key", file("server.key"));
    config.put("atelier.grpc.tls.client-ca", file("client.pem"));
    config.put("atelier.grpc.tls.client-scope", "read");
    server = AtelierServer.start(folder.resolve("data"), config);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static String file(String name) {
    return folder.resolve(name).toString();
  }

  private static boolean certificate(String name) throws IOException, InterruptedException {
    String command =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN="
            + name
            + " -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
            + " -keyout NAME.key -out NAME.pem";
    try {
      return new ProcessBuilder(List.of(command.replace("NAME", name).split(" ", -1)))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static Status describe(ChannelCredentials credentials, Accounts who) {
    return call(
        credentials,
        who,
        stub -> stub.describeCluster(DescribeClusterRequest.getDefaultInstance()));
  }

  private static Status call(
      ChannelCredentials credentials,
      Accounts who,
      Consumer<WorkspaceManagerGrpc.WorkspaceManagerBlockingStub> call) {
    ManagedChannel channel =
        Grpc.newChannelBuilder("127.0.0.1:" + server.grpcPort(), credentials).build();
    Metadata headers = new Metadata();
    who.header()
        .ifPresent(
            value ->
                headers.put(
                    Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), value));
    try {
      call.accept(
          WorkspaceManagerGrpc.newBlockingStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
              .withDeadlineAfter(20, TimeUnit.SECONDS));
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    } finally {
      channel.shutdownNow();
    }
  }

  private static TlsChannelCredentials.Builder tls() throws IOException {
    return TlsChannelCredentials.newBuilder().trustManager(folder.resolve("server.pem").toFile());
  }

  @Test
  void aTokenOrACertificateIsNeededOverTls() throws IOException {
    assertThat(describe(tls().build(), Accounts.NOBODY).getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(describe(tls().build(), Accounts.READ)).isEqualTo(Status.OK);
    ChannelCredentials certificate =
        tls()
            .keyManager(
                folder.resolve("client.pem").toFile(), folder.resolve("client.key").toFile())
            .build();
    assertThat(describe(certificate, Accounts.NOBODY)).isEqualTo(Status.OK);
    assertThat(
            call(
                    certificate,
                    Accounts.NOBODY,
                    stub -> stub.stopWorkspace(StopWorkspaceRequest.getDefaultInstance()))
                .getDescription())
        .contains("client has the scope read", "StopWorkspace needs operate");
    ChannelCredentials foreign =
        tls()
            .keyManager(
                folder.resolve("server.pem").toFile(), folder.resolve("server.key").toFile())
            .build();
    // A client may keep back a certificate of an authority that the server does not name.
    assertThat(describe(foreign, Accounts.NOBODY).getCode())
        .isIn(Status.Code.UNAUTHENTICATED, Status.Code.UNAVAILABLE);
    assertThat(describe(InsecureChannelCredentials.create(), Accounts.READ).getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void theCommandLineShowsBoth() throws Exception {
    Path token = folder.resolve("token");
    Files.writeString(token, "token-that-may-read\n");
    assertThat(commandLine(Map.of("ATELIER_TOKEN_FILE", token.toString()))).contains("default");
    assertThat(
            commandLine(
                Map.of(
                    "ATELIER_CERT_FILE",
                    file("client.pem"),
                    "ATELIER_KEY_FILE",
                    file("client.key"))))
        .contains("default");
    assertThat(commandLine(Map.of())).contains("UNAUTHENTICATED", "no credentials");
  }

  private static String commandLine(Map<String, String> more) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(System.getProperty("atelier.cli"), "classes");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("ATELIER_CACHE", folder.resolve("cache").toString());
    builder.environment().put("ATELIER_ADDRESS", "127.0.0.1:" + server.grpcPort());
    builder.environment().put("ATELIER_TLS", "true");
    builder.environment().put("ATELIER_CA_FILE", file("server.pem"));
    builder.environment().put("XDG_CONFIG_HOME", folder.resolve("none").toString());
    builder.environment().putAll(more);
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return out;
  }

  @Test
  void plainTextAndAnybodyElsewhereAreRefusedAtTheStart() {
    assertThatThrownBy(
            () ->
                AtelierServer.start(
                    folder.resolve("plain"), Map.of("atelier.grpc.host", "0.0.0.0")))
        .hasMessageContaining("gRPC is served in plain text")
        .hasMessageContaining("atelier.grpc.tls.certificate");
    assertThatThrownBy(
            () ->
                AtelierServer.start(
                    folder.resolve("anybody"),
                    Map.of(
                        "atelier.grpc.host", "0.0.0.0",
                        "atelier.grpc.tls.certificate", file("server.pem"),
                        "atelier.grpc.tls.key", file("server.key"))))
        .hasMessageContaining("anyone who can connect may call");
  }
}
