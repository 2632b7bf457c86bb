// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.proto.wsman.DescribeClusterRequest;
import dev.atelier.proto.wsman.DescribeClusterResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtelierJarIT {
  @TempDir Path data;

  @Test
  void saysWhereItIsAndAnswersThereAndEndsCleanly() {
    try (AtelierServer server = AtelierServer.start(data, Map.of())) {
      String grpc = "127.0.0.1:" + server.grpcPort();
      assertThat(server.log())
          .contains(
              "gRPC     " + grpc + "\n",
              "Console  http://127.0.0.1:" + server.httpPort() + "/\n",
              "grpcurl -plaintext " + grpc + " wsman.WorkspaceManager/DescribeCluster\n");
      try (ManagerClient client = new ManagerClient(server.grpcPort())) {
        assertThat(client.calls().describeCluster(DescribeClusterRequest.getDefaultInstance()))
            .isNotEqualTo(DescribeClusterResponse.getDefaultInstance());
      }
      assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
      assertThat(server.get("/health").body()).contains("\"status\":\"UP\"");

      assertThat(server.stop(Duration.ofSeconds(10))).isLessThan(Duration.ofSeconds(10));
      assertThat(server.exitCode()).isEqualTo(143);
      assertThat(server.log()).doesNotContain("SEVERE").doesNotContain("Exception");
    }
  }

  @Test
  void startsAgainWhereAKilledOneWas() {
    try (AtelierServer server = AtelierServer.start(data, Map.of())) {
      server.kill();
    }
    try (AtelierServer server = AtelierServer.start(data, Map.of())) {
      assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void listensOnLoopbackAlone() throws IOException {
    try (AtelierServer server = AtelierServer.start(data, Map.of())) {
      assertThat(ListeningSockets.of(server.pid()))
          .isNotEmpty()
          .allSatisfy(address -> assertThat(address.isLoopbackAddress()).isTrue());
    }
  }

  @Test
  void aTakenPortEndsItWithOneLineThatSaysWhatToDo() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        AtelierServer server =
            AtelierServer.launch(
                data, Map.of("atelier.http.port", Integer.toString(taken.getLocalPort())))) {
      assertThat(server.exitCode()).isEqualTo(1);
      assertThat(server.log().lines())
          .singleElement()
          .asString()
          .contains("127.0.0.1:" + taken.getLocalPort(), "--port");
    }
  }

  @Test
  void aTakenGrpcPortEndsItWithOneLineThatSaysWhatToDo() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        AtelierServer server =
            AtelierServer.launch(
                data, Map.of("atelier.grpc.port", Integer.toString(taken.getLocalPort())))) {
      assertThat(server.exitCode()).isEqualTo(1);
      assertThat(server.log().lines().filter(line -> line.startsWith("atelier: ")))
          .singleElement()
          .asString()
          .contains(Integer.toString(taken.getLocalPort()), "atelier.grpc.port");
      assertThat(server.log()).doesNotContain("\tat ");
    }
  }

  @Test
  void aFaultInAModulesConfigurationEndsItWithOneLineThatNamesTheKey() {
    try (AtelierServer server =
        AtelierServer.launch(data, Map.of("atelier.timeouts.regular", "soon"))) {
      assertThat(server.exitCode()).isEqualTo(1);
      assertThat(server.log().lines().filter(line -> line.startsWith("atelier: ")))
          .singleElement()
          .asString()
          .contains("atelier.timeouts.regular", "soon");
      assertThat(server.log()).doesNotContain("\tat ");
    }
  }

  @Test
  void badConfigurationEndsItWithOneLineThatNamesEveryFault() {
    try (AtelierServer server =
        AtelierServer.launch(
            data, Map.of("atelier.http.port", "70000", "atelier.log.level", "loud"))) {
      assertThat(server.exitCode()).isEqualTo(1);
      assertThat(server.log().lines())
          .singleElement()
          .asString()
          .contains("70000", "atelier.log.level", "loud");
    }
  }

  @Test
  void aSecondOneInTheSameFolderIsRefusedAndTheFirstGoesOn() throws Exception {
    try (AtelierServer first = AtelierServer.start(data, Map.of())) {
      collectGarbage(first);
      try (AtelierServer second = AtelierServer.launch(data, Map.of())) {
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.log().lines())
            .singleElement()
            .asString()
            .contains("process " + first.pid(), data.toString(), "atelier.data.directory");
      }
      assertThat(data.resolve("server/atelier.war")).exists();
      assertThat(first.get("/").statusCode()).isIn(200, 302, 303);
      assertThat(first.get("/health/ready").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void withoutALocaleForAllNamesItSaysInOneLineWhatToSet() throws Exception {
    Process process =
        new ProcessBuilder(
                "/usr/bin/env",
                "-i",
                "PATH=" + System.getenv("PATH"),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("atelier.jar"),
                "--atelier.data.directory=" + data.resolve("none"))
            .redirectErrorStream(true)
            .start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
        .singleElement()
        .asString()
        .contains("LC_ALL=C.UTF-8");
    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(data.resolve("none")).doesNotExist();
  }

  @Test
  void startsWithNoMoreOfALocaleThanItSays() {
    Path jar = Path.of(System.getProperty("atelier.jar"));
    try (AtelierServer server =
        AtelierServer.start(
            jar, data, Map.of(), Map.of("LC_ALL", "C.UTF-8", "LANG", "", "LC_CTYPE", ""))) {
      assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
      assertThat(server.log()).doesNotContain("left out of the /etc");
    }
  }

  /** What nobody in the server refers to is gone afterwards, and with it what it held. */
  private static void collectGarbage(AtelierServer server) throws Exception {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    String pid = Long.toString(server.pid());
    for (String command : List.of("GC.run", "GC.run_finalization", "GC.run")) {
      assertThat(
              new ProcessBuilder(jcmd, pid, command)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .start()
                  .waitFor())
          .isZero();
    }
  }

  @Test
  void leavesNothingOutsideOfItsFolder() throws IOException {
    try (AtelierServer server = AtelierServer.start(data, Map.of())) {
      Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
      server.stop(Duration.ofSeconds(10));
      try (var left = Files.list(temporary)) {
        assertThat(left.map(path -> path.getFileName().toString()))
            .noneMatch(name -> name.startsWith("payara"));
      }
    }
  }
}
