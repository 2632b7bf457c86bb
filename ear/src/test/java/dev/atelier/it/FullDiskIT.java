// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.atelier.proto.wsman.MarkActiveRequest;
import dev.atelier.proto.wsman.StopWorkspacePolicy;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceType;
import dev.atelier.workspace.LeftOut;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole manager with its data on a file system that has no room, and then has. */
class FullDiskIT {
  private static final String STAYS =
      """
      [{"command": "exec sleep 100000"}]\
      """;

  @TempDir Path root;
  private Path disk;

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    disk = Files.createDirectory(root.resolve("disk"));
    boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=300m", "none", disk.toString()) == 0;
    LeftOut.unless(mounted, "a file system cannot be mounted", "the manager on a full disk");
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    run("umount", "--lazy", disk.toString());
  }

  @Test
  void managerGoesOnByItselfOnceThereIsRoomAgain() throws Exception {
    Path data = disk.resolve("data");
    try (AtelierServer server = AtelierServer.start(data, Map.of());
        ManagerClient client = new ManagerClient(server.grpcPort())) {
      client.start("before", WorkspaceType.REGULAR, STAYS);
      awaitPhase(client, "before", WorkspacePhase.RUNNING);
      run("dd", "if=/dev/zero", "of=" + disk.resolve("fill"), "bs=64k");
      String cause = "no space left in " + data.toRealPath().resolve("database");

      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> server.get("/health/ready").statusCode() == 503);
      assertThat(server.get("/health/ready").body()).contains(cause);
      for (Runnable call :
          List.<Runnable>of(
              () -> client.start("during", WorkspaceType.REGULAR, STAYS),
              () -> markActive(client, "before"),
              () -> client.stop("before", StopWorkspacePolicy.NORMALLY))) {
        StatusRuntimeException refused =
            catchThrowableOfType(StatusRuntimeException.class, call::run);
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(refused).hasMessageContaining(cause);
      }

      Files.delete(disk.resolve("fill"));

      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> server.get("/health/ready").statusCode() == 200);
      client.start("after", WorkspaceType.REGULAR, STAYS);
      markActive(client, "before");
      client.stop("before", StopWorkspacePolicy.NORMALLY);
      awaitPhase(client, "before", WorkspacePhase.STOPPED);
      awaitPhase(client, "after", WorkspacePhase.RUNNING);
      client.stop("after", StopWorkspacePolicy.IMMEDIATELY);
      awaitPhase(client, "after", WorkspacePhase.STOPPED);
      assertThat(server.log().lines().filter(line -> line.contains(cause)).toList())
          .filteredOn(line -> line.contains("WARNING"))
          // One for the store, one for the ledger.
          .hasSizeLessThanOrEqualTo(2);
      assertThat(data.resolve("database/atelier.trace.db")).doesNotExist();
    }
  }

  private static void markActive(ManagerClient client, String id) {
    client.calls().markActive(MarkActiveRequest.newBuilder().setId(id).build());
  }

  private static void awaitPhase(ManagerClient client, String id, WorkspacePhase phase) {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> client.describe(id).map(one -> one.getPhase() == phase).orElse(false));
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
