// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.runtime.kubernetes.state.ApiCluster;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Ends of pods by a manager that may have stood still meanwhile. */
class PodEndsIT {
  @Test
  void aLaterPodOfTheSameNameStays() throws Exception {
    assumeTrue(ApiCluster.there("ends of pods"));
    try (ApiCluster cluster = new ApiCluster();
        PodWatch watch =
            new PodWatch(
                cluster.client, cluster.namespace, InstantSource.system(), (id, pod) -> {});
        PodTasks tasks =
            new PodTasks(
                Workers.over(Executors.defaultThreadFactory(), 2),
                Executors.newSingleThreadScheduledExecutor())) {
      tasks.act();
      PodEnds ends =
          new PodEnds(
              cluster.client,
              cluster.namespace,
              watch,
              new KeeperExec(cluster.client, cluster.namespace),
              tasks);
      Pod before = made(cluster);
      cluster.client.resource(before).withGracePeriod(0).delete();
      await().until(() -> newest(cluster, before).isEmpty());
      Pod later = made(cluster);

      ends.terminate(new PodInstance("x"), before, Optional.empty(), Duration.ofSeconds(1));
      await()
          .during(Duration.ofSeconds(1))
          .until(() -> newest(cluster, later).filter(PodEndsIT::lives).isPresent());

      ends.terminate(new PodInstance("x"), later, Optional.empty(), Duration.ofSeconds(1));
      await().until(() -> newest(cluster, later).filter(PodEndsIT::lives).isEmpty());
    }
  }

  private static Pod made(ApiCluster cluster) {
    return cluster
        .client
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("ws-x")
                .withNamespace(cluster.namespace)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("workspace")
                .withImage("none")
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  private static Optional<Pod> newest(ApiCluster cluster, Pod pod) {
    return Optional.ofNullable(cluster.client.resource(pod).get());
  }

  private static boolean lives(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() == null;
  }
}
