// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.proto.wsman.DescribeClusterRequest;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.workspace.LeftOut;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What gRPC asks for where instances share the machine's network. */
class FirstTokenIT {
  private static final Map<String, String> SHARED = Map.of("atelier.local.network", "none");
  private static final Pattern TRY = Pattern.compile("Try +(grpcurl .*)");

  @TempDir Path folder;

  @Test
  void thePrintedLineAndTheCommandLineHaveTheTokenAndNobodyElse() throws Exception {
    LeftOut.unless(has("bwrap"), "bwrap is missing", "the first token of gRPC");
    Path data = folder.resolve("atelier-data");
    String token;
    try (AtelierServer server = AtelierServer.start(data, SHARED)) {
      assertThat(code(server.grpcPort())).isEqualTo(Status.Code.UNAUTHENTICATED);
      Path file = data.resolve("grpc-token");
      token = Files.readString(file).strip();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      String line = tryLine(server);
      assertThat(line).contains("-H 'authorization: Bearer " + token + "'");
      assertThat(server.log().split(Pattern.quote(token), -1)).hasSize(2);
      assertThat(server.log()).contains("gRPC asks for the token in " + file);
      tried(line);
      ProcessBuilder cli =
          new ProcessBuilder(System.getProperty("atelier.cli"), "classes")
              .directory(folder.toFile());
      cli.environment().put("JAVA_HOME", System.getProperty("java.home"));
      cli.environment().put("ATELIER_CACHE", folder.resolve("cache").toString());
      cli.environment().put("ATELIER_ADDRESS", "127.0.0.1:" + server.grpcPort());
      assertThat(output(cli)).contains("default *");
      server.stop(Duration.ofSeconds(10));
    }
    try (AtelierServer again = AtelierServer.start(data, SHARED)) {
      assertThat(again.log()).doesNotContain(token);
      assertThat(code(again.grpcPort())).isEqualTo(Status.Code.UNAUTHENTICATED);
      tried(tryLine(again));
    }
  }

  @Test
  void withoutASandboxGrpcIsOpenAndSaysWhatThatIsGoodFor() {
    try (AtelierServer server =
        AtelierServer.start(folder.resolve("data"), Map.of("atelier.local.sandbox", "none"))) {
      assertThat(code(server.grpcPort())).isEqualTo(Status.Code.OK);
      assertThat(server.log().lines().filter(line -> line.contains("for trying out alone")))
          .singleElement()
          .asString()
          .contains("gRPC asks nobody", "apt-get install bubblewrap");
      assertThat(folder.resolve("data/grpc-token")).doesNotExist();
    }
  }

  private static Status.Code code(int port) {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try {
      var unused =
          WorkspaceManagerGrpc.newBlockingStub(channel)
              .describeCluster(DescribeClusterRequest.getDefaultInstance());
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    } finally {
      channel.shutdownNow();
    }
  }

  private static String tryLine(AtelierServer server) {
    Matcher line = TRY.matcher(server.log());
    assertThat(line.find()).as(server.log()).isTrue();
    return line.group(1);
  }

  private static void tried(String line) throws Exception {
    if (has("grpcurl")) {
      assertThat(output(new ProcessBuilder("sh", "-ec", line))).contains("\"default\"");
    } else {
      System.out.println("left out, for there is no grpcurl: the line that the start prints");
    }
  }

  private static boolean has(String program) {
    return Arrays.stream(System.getenv("PATH").split(":", -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static String output(ProcessBuilder builder) throws Exception {
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
