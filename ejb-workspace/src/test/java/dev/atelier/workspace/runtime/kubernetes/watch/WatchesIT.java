// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.runtime.kubernetes.state.ApiCluster;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is known of pods over a line that falls silent. */
class WatchesIT {
  private static final String INSTANCE = "workspace.atelier.dev/instance";

  private final Map<String, Pod> known = new ConcurrentHashMap<>();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final AtomicLong now = new AtomicLong(1);
  private final Watches watches = new Watches(now::get);
  private ApiCluster cluster;
  private KubernetesClient client;

  @BeforeAll
  static void cluster() {
    assumeTrue(ApiCluster.there("watches of pods that fall silent"));
  }

  @BeforeEach
  void open() throws Exception {
    cluster = new ApiCluster();
    client = cluster.overTheLine();
    make("first");
    watches.keep(
        () -> client.pods().inNamespace(cluster.namespace).withLabel(INSTANCE).runnableInformer(0),
        Pod::new,
        pod -> pod.getMetadata().getLabels().get(INSTANCE),
        known,
        (key, before, after) -> {
          if (before.isEmpty() || after.isEmpty()) {
            heard.add((after.isPresent() ? "+" : "-") + key);
          }
        });
    watches.await(Duration.ofSeconds(20));
    assertThat(known).containsOnlyKeys("first");
  }

  @AfterEach
  void close() throws IOException {
    watches.close();
    watches.close();
    if (cluster != null) {
      client.close();
      cluster.close();
    }
  }

  private void make(String instance) {
    cluster
        .client
        .pods()
        .inNamespace(cluster.namespace)
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("ws-" + instance)
                .addToLabels(INSTANCE, instance)
                .endMetadata()
                .withNewSpec()
                .withAutomountServiceAccountToken(false)
                .addNewContainer()
                .withName("workspace")
                .withImage("image")
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  private void remove(String instance) {
    cluster
        .client
        .pods()
        .inNamespace(cluster.namespace)
        .withName("ws-" + instance)
        .withGracePeriod(0)
        .delete();
  }

  @Test
  void podsThatCameAndWentWhileAWatchWasSilentAreKnownOnceItIsBegunAgain() {
    await().until(watches::watching);
    watches.look();
    cluster.line.fallSilent();
    make("second");
    remove("first");
    watches.look();
    assertThat(known).containsOnlyKeys("first");

    now.addAndGet(TimeUnit.SECONDS.toNanos(101));
    watches.look();
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertThat(heard).containsExactlyInAnyOrder("+first", "+second", "-first"));
    assertThat(known).containsOnlyKeys("second");
    await().until(watches::watching);
  }

  @Test
  void podThatIsMadeAgainUnderItsNameIsTheOneThatIsKnown() {
    remove("first");
    await().untilAsserted(() -> assertThat(heard).containsExactly("+first", "-first"));
    assertThat(known).isEmpty();
    make("first");
    await().untilAsserted(() -> assertThat(heard).containsExactly("+first", "-first", "+first"));
    assertThat(known.get("first").getMetadata().getManagedFields()).isEmpty();
  }
}
