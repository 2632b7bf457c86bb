// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.runtime.kubernetes.watch.Watches;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Pods that wait for instances, on a real API server; the test plays the kubelet. */
@Tag("isolated")
@EnabledIf("there")
@Timeout(120)
class WarmPodIT {
  private static final String IMAGE = "localhost/busybox:1";

  @TempDir Path folder;

  private PodCluster cluster;
  private final List<AutoCloseable> managers = new ArrayList<>();

  static boolean there() {
    return PodCluster.serverThere();
  }

  @BeforeEach
  void start() throws Exception {
    cluster = new PodCluster(folder);
  }

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable manager : managers) {
      manager.close();
    }
    cluster.client.pods().inNamespace("default").withLabels(PodNames.WARM_SELECTOR).delete();
    cluster.close();
  }

  private WarmPods leader(int count, String image) throws Exception {
    WarmPods warm = manager(count, image, true);
    warm.start();
    return warm;
  }

  private WarmPods manager(int count, String image, boolean leads) throws Exception {
    PodClass podClass =
        new PodClass(
            Optional.empty(),
            new PodClass.Readiness.Started(),
            Map.of(),
            List.of(),
            Map.of(),
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.of(new PodClass.Warm(count, image)));
    PodTasks tasks =
        new PodTasks(
            Workers.over(Executors.defaultThreadFactory(), 4),
            Executors.newSingleThreadScheduledExecutor());
    WarmPods warm =
        new WarmPods(
            cluster.client,
            "default",
            PodSettings.DEFAULT.withWarmClasses(List.of("default")),
            cluster::workspaceClass,
            id -> podClass,
            tasks);
    Watches informers = new Watches();
    warm.watch(informers);
    informers.await(Duration.ofSeconds(20));
    managers.add(informers);
    managers.add(tasks);
    if (leads) {
      tasks.act();
    }
    return warm;
  }

  private List<Pod> waiting() {
    return cluster
        .client
        .pods()
        .inNamespace("default")
        .withLabels(PodNames.WARM_SELECTOR)
        .list()
        .getItems()
        .stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .toList();
  }

  private List<String> images() {
    return waiting().stream().map(pod -> pod.getSpec().getContainers().get(0).getImage()).toList();
  }

  private void run(Pod pod) {
    cluster
        .client
        .pods()
        .inNamespace("default")
        .withName(pod.getMetadata().getName())
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            """
            {"status":{"phase":"Running","initContainerStatuses":[{"name":"keeper","image":"a",
             "imageID":"","ready":true,"restartCount":0,
             "state":{"running":{"startedAt":"2030-01-01T00:00:00Z"}}}],
             "containerStatuses":[{"name":"workspace","image":"b","imageID":"","ready":false,
             "restartCount":0,"state":{"running":{"startedAt":"2030-01-01T00:00:00Z"}}}]}}
            """);
  }

  private Workspace workspace(int number) {
    return cluster.workspace("warmed" + number, WorkspaceType.REGULAR, new Initializer.Empty());
  }

  @Test
  void noTwoManagersAdoptTheSameAndThePoolRefills() throws Exception {
    WarmPods one = leader(4, IMAGE);
    WarmPods other = manager(4, IMAGE, false);
    await().until(() -> waiting().size() == 4);
    for (Pod pod : waiting()) {
      assertThat(pod.getMetadata().getLabels()).doesNotContainKey(PodNames.OWNER);
      assertThat(pod.getMetadata().getOwnerReferences()).isEmpty();
      assertThat(pod.getSpec().getVolumes()).noneMatch(volume -> volume.getSecret() != null);
    }
    List<String> names = waiting().stream().map(pod -> pod.getMetadata().getName()).toList();
    assertThat(one.adopt(workspace(0), PodCredentials.NONE, List.of()))
        .as("of those that do not run yet")
        .isEmpty();
    waiting().forEach(this::run);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<Optional<String>>> adopted = new ArrayList<>();
    // What both know is the same, so both reach for the same pods.
    Thread.sleep(1_000);
    for (int i = 1; i <= 8; i++) {
      Workspace workspace = workspace(i);
      WarmPods manager = i % 2 == 0 ? one : other;
      adopted.add(threads.submit(() -> manager.adopt(workspace, PodCredentials.NONE, List.of())));
    }
    List<String> taken = new ArrayList<>();
    for (Future<Optional<String>> each : adopted) {
      each.get().ifPresent(taken::add);
    }
    threads.shutdown();
    assertThat(taken).doesNotHaveDuplicates().isSubsetOf(names).hasSize(4);
    for (String name : taken) {
      Pod pod = cluster.pod(name).orElseThrow();
      assertThat(pod.getMetadata().getLabels()).containsKeys(PodNames.INSTANCE, PodNames.META_ID);
      assertThat(pod.getMetadata().getFinalizers()).contains(PodNames.FINALIZER);
    }
    await().until(() -> waiting().size() >= 4);
    assertThat(waiting()).noneMatch(pod -> names.contains(pod.getMetadata().getName()));
  }

  @Test
  void anotherImageDrainsThePool() throws Exception {
    leader(2, IMAGE);
    await().until(() -> waiting().size() == 2);
    for (AutoCloseable manager : managers) {
      manager.close();
    }
    managers.clear();
    WarmPods later = leader(1, "localhost/other:2");
    await().until(() -> images().equals(List.of("localhost/other:2")));
    waiting().forEach(this::run);
    assertThat(later.adopt(workspace(1), PodCredentials.NONE, List.of()))
        .as("of another image")
        .isEmpty();
  }

  @Test
  void podsThatEndAtOnceAreMadeAgainLaterEachTime() throws Exception {
    leader(1, IMAGE);
    for (int seconds : List.of(1, 2)) {
      await().until(() -> waiting().size() == 1);
      String name = waiting().get(0).getMetadata().getName();
      long before = System.nanoTime();
      fail(name);
      await().until(() -> !waiting().isEmpty() && !isWaiting(name));
      assertThat(Duration.ofNanos(System.nanoTime() - before))
          .isGreaterThan(Duration.ofSeconds(seconds));
    }
  }

  private boolean isWaiting(String name) {
    return waiting().stream().anyMatch(pod -> pod.getMetadata().getName().equals(name));
  }

  private void fail(String name) {
    cluster
        .client
        .pods()
        .inNamespace("default")
        .withName(name)
        .subresource("status")
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":{\"phase\":\"Failed\"}}");
  }
}
