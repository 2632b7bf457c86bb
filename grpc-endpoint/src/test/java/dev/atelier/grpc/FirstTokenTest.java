// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.proto.wsman.DescribeClusterRequest;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc.WorkspaceManagerBlockingStub;
import dev.atelier.workspace.security.FirstToken;
import dev.atelier.workspace.security.Identities;
import dev.atelier.workspace.security.SecuritySettings;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/** A manager that was told of no tokens and asks for one of its own. */
class FirstTokenTest {
  private static final DescribeClusterRequest CLASSES = DescribeClusterRequest.getDefaultInstance();

  @Test
  void withoutTheTokenACallIsUnauthenticatedAndToldWhereItIs() throws Exception {
    Identities identities =
        new Identities(SecuritySettings.NONE, InstantSource.system())
            .with("right", FirstToken.HOLDER);
    try (TestManager manager = new TestManager(identities)) {
      for (WorkspaceManagerBlockingStub client :
          new WorkspaceManagerBlockingStub[] {manager.client(), with(manager, "wrong")}) {
        assertThatThrownBy(() -> client.describeCluster(CLASSES))
            .isInstanceOfSatisfying(
                StatusRuntimeException.class,
                e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED))
            .hasMessageContaining("grpc-token");
      }
      assertThat(with(manager, "right").describeCluster(CLASSES).getWorkspaceClassesList())
          .isNotEmpty();
    }
  }

  private static WorkspaceManagerBlockingStub with(TestManager manager, String token) {
    Metadata headers = new Metadata();
    headers.put(Authentication.AUTHORIZATION, "Bearer " + token);
    return manager.client().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }
}
