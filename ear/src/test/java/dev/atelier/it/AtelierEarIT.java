// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.proto.wsman.DescribeClusterRequest;
import dev.atelier.proto.wsman.WorkspaceClass;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtelierEarIT {
  @TempDir Path data;

  @Test
  void isDeployedToAFullServerAndAnswers() throws Exception {
    int grpcPort = FullServer.freePort();
    try (FullServer server =
            FullServer.start(
                Map.of(
                    "ATELIER_DATA_DIRECTORY", data.toString(),
                    "ATELIER_GRPC_PORT", Integer.toString(grpcPort)));
        ManagerClient client = new ManagerClient(grpcPort)) {
      server.deploy(Path.of(System.getProperty("atelier.ear")));

      assertThat(server.get("/health/ready").statusCode()).as(server.log()).isEqualTo(200);
      assertThat(server.get("/health").body()).contains("\"status\":\"UP\"");
      assertThat(
              client
                  .calls()
                  .describeCluster(DescribeClusterRequest.getDefaultInstance())
                  .getWorkspaceClassesList())
          .extracting(WorkspaceClass::getId)
          .contains("default");
      assertThat(data.resolve("database")).isDirectory();
    }
  }
}
