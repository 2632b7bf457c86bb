// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.grpc.hostile.HostileClient;
import dev.atelier.workspace.LeftOut;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another seed, or more: {@code -Dhostile.seed=7 -Dhostile.requests=100000}. */
class HostileRequestsIT {
  private static final long SEED = Long.getLong("hostile.seed", 1);
  private static final int REQUESTS = Integer.getInteger("hostile.requests", 2_500);

  @Test
  void noneEndsInUnknownOrInternalOrLeavesAnythingBehind(@TempDir Path data) throws Exception {
    try (AtelierServer server = AtelierServer.start(data, Map.of());
        HostileClient client = new HostileClient("127.0.0.1", server.grpcPort(), SEED)) {
      LeftOut.unless(
          !server.asksForToken(), "gRPC asks for a token here", "hostile requests without a token");
      client.attack(REQUESTS);
      assertThat(client.complaints()).isEmpty();
      client.cleanUp();
      assertThat(client.listed()).isEmpty();
      assertThat(server.log()).doesNotContain("unexpected fault");
      assertThat(escaped(data)).isEmpty();
      assertThat(escaped(Path.of("/tmp"))).isEmpty();
      assertThat(serves(server)).isTrue();
    }
  }

  private static List<Path> escaped(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().equals(HostileClient.mark()))
          .toList();
    }
  }

  private static boolean serves(AtelierServer server) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
    try {
      return HealthGrpc.newBlockingStub(channel)
              .check(HealthCheckRequest.newBuilder().setService("wsman.WorkspaceManager").build())
              .getStatus()
          == ServingStatus.SERVING;
    } finally {
      channel.shutdownNow();
    }
  }
}
