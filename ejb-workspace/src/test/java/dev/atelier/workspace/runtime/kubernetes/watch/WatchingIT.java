// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.runtime.kubernetes.state.ApiCluster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A watch over a line that is cut, or falls silent. */
class WatchingIT {
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final AtomicLong now = new AtomicLong(1);
  private ApiCluster cluster;
  private KubernetesClient client;
  private Watching<ConfigMap> watching;

  @BeforeAll
  static void cluster() {
    assumeTrue(ApiCluster.there("watches that are cut, or fall silent"));
  }

  @BeforeEach
  void open() throws IOException {
    cluster = new ApiCluster();
    client = cluster.overTheLine();
    watching =
        new Watching<>(
            () ->
                client
                    .configMaps()
                    .inNamespace(cluster.namespace)
                    .withLabel("test")
                    .runnableInformer(0),
            ConfigMap::new,
            present -> heard.add("+" + present.getMetadata().getName()),
            gone -> heard.add("-" + gone.getMetadata().getName()),
            now::get);
    make("first");
    watching.start();
    assertThat(watching.awaitFilled(Duration.ofSeconds(20))).isTrue();
    assertThat(heard).containsExactly("+first");
  }

  @AfterEach
  void close() {
    if (cluster != null) {
      watching.close();
      client.close();
      cluster.close();
    }
  }

  private void make(String name) {
    cluster
        .client
        .configMaps()
        .inNamespace(cluster.namespace)
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("test", "")
                .endMetadata()
                .build())
        .create();
  }

  private void remove(String name) {
    cluster.client.configMaps().inNamespace(cluster.namespace).withName(name).delete();
  }

  private void awaitHeard(String... expected) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(heard).contains(expected));
  }

  @Test
  void cutWatchGoesOnAndMissesNothing() {
    cluster.line.down();
    make("second");
    remove("first");
    cluster.line.up();

    awaitHeard("+second", "-first");
  }

  @Test
  void watchThatHasFallenSilentIsBegunAgainAndMissesNothing() {
    // A handshake cut off in the middle is another matter: the client gives it up by itself.
    await().until(watching::connected);
    watching.look();
    cluster.line.fallSilent();
    make("second");
    remove("first");
    watching.look();
    assertThat(heard).containsExactly("+first");

    now.addAndGet(TimeUnit.SECONDS.toNanos(101));
    assertThat(watching.look()).isTrue();
    awaitHeard("+second", "-first");
  }
}
