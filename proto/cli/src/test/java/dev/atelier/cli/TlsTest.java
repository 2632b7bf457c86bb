// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.proto.wsman.DescribeClusterRequest;
import dev.atelier.proto.wsman.DescribeClusterResponse;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.TlsServerCredentials;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls over TLS, to a server that wants a client's certificate. */
class TlsTest {
  @TempDir Path folder;
  private final AtomicReference<String> token = new AtomicReference<>();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Server server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    boolean made = certificate("server") && certificate("client");
    if (!made) {
      System.out.println("left out, for there is no openssl: the command line over TLS");
    }
    assumeTrue(made);
    server =
        OkHttpServerBuilder.forPort(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                TlsServerCredentials.newBuilder()
                    .keyManager(
                        folder.resolve("server.pem").toFile(),
                        folder.resolve("server.key").toFile())
                    .trustManager(folder.resolve("client.pem").toFile())
                    .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                    .build())
            .addService(new Cluster())
            .intercept(new Listener())
            .build()
            .start();
  }

  @AfterEach
  void end() {
    if (server != null) {
      server.shutdownNow();
    }
  }

  private boolean certificate(String name) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(
                  List.of(
                      ("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
                              + " -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
                              + " -keyout NAME.key -out NAME.pem")
                          .replace("NAME", name)
                          .split(" ", -1)))
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

  private int classes(Map<String, String> more) throws IOException {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("ATELIER_ADDRESS", "127.0.0.1:" + server.getPort());
    environment.put("XDG_CONFIG_HOME", folder.toString());
    return new Main(
            environment,
            InputStream.nullInputStream(),
            new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
            new PrintStream(err, true, UTF_8))
        .run(List.of("classes"));
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void tokenAndCertificateAreShown() throws IOException {
    Files.writeString(folder.resolve("token"), "hush\n");

    int code =
        classes(
            Map.of(
                "ATELIER_TLS", "true",
                "ATELIER_CA_FILE", file("server.pem"),
                "ATELIER_CERT_FILE", file("client.pem"),
                "ATELIER_KEY_FILE", file("client.key"),
                "ATELIER_TOKEN_FILE", file("token")));

    assertThat(err.toString(UTF_8)).isEmpty();
    assertThat(code).isZero();
    assertThat(token).hasValue("Bearer hush");
  }

  @Test
  void serverThatIsNotTrustedGetsNothing() throws IOException {
    int code = classes(Map.of("ATELIER_TLS", "true", "ATELIER_TOKEN", "hush"));

    assertThat(code).isEqualTo(Exit.UNAVAILABLE.code());
    assertThat(err.toString(UTF_8)).startsWith("atelier: UNAVAILABLE").doesNotContain("hush");
    assertThat(token).hasValue(null);
  }

  private final class Listener implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      token.set(headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER)));
      return next.startCall(call, headers);
    }
  }

  private static final class Cluster extends WorkspaceManagerGrpc.WorkspaceManagerImplBase {
    @Override
    public void describeCluster(
        DescribeClusterRequest request, StreamObserver<DescribeClusterResponse> answer) {
      answer.onNext(DescribeClusterResponse.getDefaultInstance());
      answer.onCompleted();
    }
  }
}
