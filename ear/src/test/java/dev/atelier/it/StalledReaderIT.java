// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.proto.wsman.StopWorkspacePolicy;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceType;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever reads the log stalls: nothing that the manager does may wait for that. */
class StalledReaderIT {
  /** Lines of the log, together more than any pipe holds. */
  private static final int LINES = 3_000;

  @TempDir private Path data;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void aReaderOfTheLogWhoStallsStopsNoStartNoStopAndNoStatus() throws Exception {
    int grpc = freePort();
    Process process =
        AtelierServer.program(
                Path.of(System.getProperty("atelier.jar")),
                data,
                Map.of("atelier.grpc.port", Integer.toString(grpc)))
            .start();
    try (ManagerClient client = new ManagerClient(grpc)) {
      await()
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(100))
          .until(() -> listens(grpc) || !process.isAlive());
      await().atMost(Duration.ofMinutes(1)).until(() -> answers(client));
      for (int i = 0; i < LINES; i++) {
        client.stop("nobody-" + i, StopWorkspacePolicy.ABORT);
      }
      client.start("a", WorkspaceType.REGULAR, "[{\"command\": \"exec sleep 100000\"}]");
      awaitPhase(client, WorkspacePhase.RUNNING);
      client.stop("a", StopWorkspacePolicy.ABORT);
      awaitPhase(client, WorkspacePhase.STOPPED);

      // By its handle: the process itself would close what it is read by.
      assertThat(process.toHandle().destroy()).isTrue();
      String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(log.lines().filter(line -> line.contains("subject=nobody-"))).hasSize(LINES);
    } finally {
      process.destroyForcibly();
    }
  }

  private static void awaitPhase(ManagerClient client, WorkspacePhase phase) {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> client.describe("a").orElseThrow().getPhase() == phase);
  }

  private static boolean answers(ManagerClient client) {
    try {
      return client.describe("nobody").isEmpty();
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
