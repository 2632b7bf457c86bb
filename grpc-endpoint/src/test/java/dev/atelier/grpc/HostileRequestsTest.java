// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.grpc.hostile.HostileClient;
import dev.atelier.proto.wsman.WorkspaceStatus;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HostileRequestsTest {

  @Test
  void noneEndsInUnknownOrInternalOrLeavesAnythingBehind() throws Exception {
    try (TestManager manager = new TestManager();
        HostileClient client =
            new HostileClient("127.0.0.1", manager.server.port(), Long.getLong("seed", 1))) {
      manager.client().startWorkspace(StartRequests.valid("bystander").build());
      client.attack(2_500);
      Map<String, WorkspaceStatus> left = client.listed();
      assertThat(client.complaints()).isEmpty();
      left.keySet().removeAll(client.cleanUp());
      assertThat(left.keySet()).containsExactly("bystander");
      assertThat(manager.streams.size()).isZero();
      assertThat(
              HealthGrpc.newBlockingStub(manager.channel)
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);
      System.out.println(client.sent() + " hostile requests: " + client.outcomes());
    }
  }
}
