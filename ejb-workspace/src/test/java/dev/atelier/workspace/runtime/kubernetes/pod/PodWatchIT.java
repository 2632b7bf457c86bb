// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.runtime.kubernetes.state.ApiCluster;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Watches that are begun more than once. */
class PodWatchIT {
  @Test
  void whatIsBegunAgainAfterAFailureIsBegunOnce() throws Exception {
    assumeTrue(ApiCluster.there("watches of pods that are begun again"));
    AtomicInteger begun = new AtomicInteger();
    try (ApiCluster cluster = new ApiCluster();
        KubernetesClient client = cluster.overTheLine();
        PodWatch watch =
            new PodWatch(client, cluster.namespace, InstantSource.system(), (id, pod) -> {})) {
      cluster.line.down();
      assertThatThrownBy(() -> watch.start(more -> begun.incrementAndGet(), Duration.ofSeconds(20)))
          .isInstanceOf(KubernetesClientException.class);
      assertThat(begun).hasValue(0);
      cluster.line.up();
      assertThatThrownBy(() -> watch.start(more -> begun.incrementAndGet(), Duration.ZERO))
          .isInstanceOf(TimeoutException.class);
      watch.start(more -> begun.incrementAndGet(), Duration.ofSeconds(20));
      watch.start(more -> begun.incrementAndGet(), Duration.ofSeconds(20));
      assertThat(begun).hasValue(1);
      await().until(watch::watching);
    }
  }
}
