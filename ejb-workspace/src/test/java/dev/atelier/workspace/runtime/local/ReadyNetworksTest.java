// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.runtime.local.LocalRuntimeSettings.Networks;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks that are made before an instance needs them. */
class ReadyNetworksTest {
  @TempDir Path data;
  private final Deque<Runnable> later = new ArrayDeque<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private InstanceNetworks pasta;
  private ReadyNetworks networks;

  @BeforeEach
  void open() throws Exception {
    assumeTrue(LocalMachine.hasPasta(data, "networks that are made before they are needed"));
    pasta =
        Machine.find(LocalRuntimeSettings.DEFAULT.withNetwork(Networks.PASTA), data)
            .networks()
            .orElseThrow();
    networks =
        new ReadyNetworks(
            pasta, data.resolve("networks"), 2, () -> now, (delay, work) -> later.add(work));
    networks.open();
  }

  @AfterEach
  void close() throws Exception {
    if (networks != null) {
      networks.close();
    }
  }

  private void fill() {
    now = now.plus(ReadyNetworks.QUIET);
    while (!later.isEmpty()) {
      later.remove().run();
    }
  }

  @Test
  void eachIsHandedOutOnceAndReplaced() throws Exception {
    fill();
    assertThat(networks.count()).isEqualTo(2);
    try (InstanceNetwork one = networks.take();
        InstanceNetwork two = networks.take();
        InstanceNetwork made = networks.take()) {
      assertThat(networks.count()).isZero();
      assertThat(one.holder()).isNotEqualTo(two.holder()).isNotEqualTo(made.holder());
      assertThat(two.holder()).isNotEqualTo(made.holder());
    }
    fill();
    assertThat(networks.count()).isEqualTo(2);
  }

  @Test
  void noneIsMadeWhileInstancesStart() throws Exception {
    fill();
    networks.take().close();
    later.remove().run();
    assertThat(networks.count()).isEqualTo(1);
    now = now.plus(ReadyNetworks.QUIET);
    later.remove().run();
    assertThat(networks.count()).isEqualTo(2);
  }

  @Test
  void aDeadOneIsNotHandedOut() throws Exception {
    fill();
    Set<Long> ready =
        ProcessHandle.current()
            .children()
            .filter(child -> child.info().command().orElse("").contains("passt"))
            .map(ProcessHandle::pid)
            .collect(Collectors.toSet());
    assertThat(ready).hasSize(2);
    ready.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    ready.forEach(pid -> awaitEnd(Long.toString(pid)));
    try (InstanceNetwork network = networks.take()) {
      assertThat(network.usable(pasta.surroundings())).isTrue();
      assertThat(network.usable("another address")).isFalse();
      assertThat(networks.count()).isZero();
    }
  }

  @Test
  void whatNobodyHoldsEnds() throws Exception {
    fill();
    String ready;
    try (InstanceNetwork network = networks.take()) {
      ready = network.holder();
    }
    awaitEnd(ready);
    assertThat(data.resolve("networks").toFile().list()).hasSize(1);
    networks.close();
    assertThat(data.resolve("networks")).isEmptyDirectory();
  }

  private static void awaitEnd(String pid) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> ProcessIdentity.of(Long.parseLong(pid)).isEmpty());
  }
}
