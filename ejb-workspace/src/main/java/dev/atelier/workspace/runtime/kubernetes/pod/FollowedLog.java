// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import java.io.FilterInputStream;
import java.io.IOException;

/** What a workspace's container writes, while it comes; its connection ends with it. */
final class FollowedLog extends FilterInputStream {
  private final LogWatch log;

  FollowedLog(KubernetesClient client, String namespace, String pod) {
    this(
        client
            .pods()
            .inNamespace(namespace)
            .withName(pod)
            .inContainer(PodNames.WORKSPACE)
            .watchLog());
  }

  private FollowedLog(LogWatch log) {
    super(log.getOutput());
    this.log = log;
  }

  @Override
  public void close() throws IOException {
    log.close();
    super.close();
  }
}
