// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.store.MemoryWorkspaceStore;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Erasing that fails, is cut off, or is not due yet. */
@Timeout(60)
class CredentialErasureTest {
  private static final KubernetesSerialization YAML = new KubernetesSerialization();
  private static final Observation READY =
      Observation.ABSENT.with(o -> o.stage(Stage.STARTED).contentReady(true));
  private static final Observation ENDED = Observation.ABSENT.withStage(Stage.ENDED);

  private final MemoryWorkspaceStore store = new MemoryWorkspaceStore();
  private final Cluster cluster = new Cluster();
  private Manager manager;

  /** One pod, whose parts may be out of reach. */
  private static final class Cluster implements CredentialErasure.Places {
    final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    final AtomicInteger failures = new AtomicInteger();
    volatile Optional<Pod> pod = Optional.empty();
    volatile boolean ready;

    private boolean fails(String place) {
      boolean fails = failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
      if (fails) {
        asked.add(place + " failed");
      }
      return fails;
    }

    private void reach(String place) {
      if (fails(place)) {
        throw new KubernetesClientException("as the test wants it");
      }
    }

    @Override
    public void secret(Pod of) {
      reach("secret");
      asked.add("secret");
    }

    @Override
    public CompletableFuture<String> keeper(Pod of) {
      if (fails("keeper")) {
        return CompletableFuture.failedFuture(new IOException("as the test wants it"));
      }
      asked.add("keeper");
      return CompletableFuture.completedFuture("");
    }

    @Override
    public void note(Pod of) {
      reach("note");
      pod = pod.map(one -> annotated(one, PodCredentials.ERASED));
      asked.add("note");
    }

    void awaitAsked(String... places) throws InterruptedException {
      for (String place : places) {
        assertThat(asked.poll(30, TimeUnit.SECONDS)).isEqualTo(place);
      }
    }
  }

  /** What takes its time is done at once. */
  private static final class HastyTimer extends ScheduledThreadPoolExecutor {
    HastyTimer() {
      super(1);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      return super.schedule(task, Math.min(unit.toMillis(delay), 1), TimeUnit.MILLISECONDS);
    }
  }

  private final class Manager implements AutoCloseable {
    final PodInstance instance = new PodInstance("i");
    final PodTasks tasks =
        new PodTasks(Workers.over(Executors.defaultThreadFactory(), 2), new HastyTimer());
    final CredentialErasure erasure =
        new CredentialErasure(store, id -> cluster.pod, (id, pod) -> cluster.ready, cluster, tasks);

    Manager() {
      tasks.act();
    }

    void look(Observation seen) {
      cluster.pod.ifPresent(pod -> erasure.look(instance, pod, seen));
    }

    boolean takeOver() {
      return erasure.takeOver(
          instance, cluster.pod.orElseThrow(), store.get("i"), Duration.ofMillis(1));
    }

    @Override
    public void close() {
      tasks.close();
    }
  }

  @BeforeEach
  void open() throws Exception {
    Workspace pending = Workspaces.pending("i");
    store.create(pending, new WorkspaceSecrets("token", List.of(), Optional.empty()));
    manager = new Manager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static Pod annotated(Pod pod, PodCredentials credentials) {
    return new PodBuilder(pod)
        .editMetadata()
        .addToAnnotations(PodCredentials.ANNOTATION, credentials.word())
        .endMetadata()
        .build();
  }

  private void pod(PodCredentials credentials, String phase) {
    Pod pod =
        YAML.unmarshal(
            """
            metadata: {name: ws-i, uid: u}
            status: {phase: %s, initContainerStatuses: [{name: keeper, containerID: c1,
              restartCount: 0, state: {running: {startedAt: '2030-01-01T00:10:00Z'}}}]}
            """
                .formatted(phase),
            Pod.class);
    cluster.pod = Optional.of(annotated(pod, credentials));
  }

  private void record(boolean held) throws Exception {
    store.update(
        "i",
        w ->
            w.withStatus(w.status().withProgress(w.status().progress().withCredentialsHeld(held))));
  }

  private void contentIsReady() throws Exception {
    cluster.ready = true;
    record(false);
  }

  @Test
  void keeperIsAskedUntilItHasErased() throws Exception {
    pod(PodCredentials.GIVEN, "Running");
    contentIsReady();
    cluster.failures.set(20);
    manager.look(READY);
    for (int i = 0; i < 20; i++) {
      cluster.awaitAsked("keeper failed");
    }
    cluster.awaitAsked("keeper", "note");
  }

  @Test
  void secretIsWrittenUntilItIsErasedAndThatIsNoted() throws Exception {
    pod(PodCredentials.HELD, "Running");
    contentIsReady();
    cluster.failures.set(2);
    manager.look(READY);
    cluster.awaitAsked("secret failed", "secret failed", "secret");
    cluster.awaitAsked("note");
    assertThat(PodCredentials.of(cluster.pod.orElseThrow())).isEqualTo(PodCredentials.ERASED);
  }

  @Test
  void noteIsWrittenAgainWhereItFailed() throws Exception {
    pod(PodCredentials.HELD, "Running");
    contentIsReady();
    manager.look(READY);
    cluster.awaitAsked("secret", "note");
    assertThat(manager.takeOver()).as("what is noted is done").isFalse();

    pod(PodCredentials.GIVEN, "Running");
    manager.takeOver();
    cluster.awaitAsked("keeper", "note");
  }

  @Test
  void nextManagerGoesOnWithWhatWasCutOff() throws Exception {
    pod(PodCredentials.GIVEN, "Running");
    contentIsReady();
    cluster.failures.set(Integer.MAX_VALUE);
    manager.look(READY);
    cluster.awaitAsked("keeper failed", "keeper failed");
    manager.close();
    manager = new Manager();
    cluster.asked.clear();
    assertThat(manager.takeOver()).isTrue();
    cluster.awaitAsked("keeper failed");
    cluster.failures.set(0);
    String last;
    do {
      last = cluster.asked.poll(30, TimeUnit.SECONDS);
    } while ("keeper failed".equals(last));
    assertThat(last).isEqualTo("keeper");
    cluster.awaitAsked("note");
  }

  @Test
  void whoeverLeadsAgainTakesOverWhatItBeganBefore() throws Exception {
    pod(PodCredentials.GIVEN, "Running");
    contentIsReady();
    cluster.failures.set(1);
    manager.tasks.rest();
    manager.look(READY);
    manager.tasks.act();
    assertThat(manager.takeOver()).isTrue();
    cluster.awaitAsked("keeper failed", "keeper", "note");
  }

  @Test
  void whatMayBeMadeAgainKeepsThemUntilTheRecordNeedsThemNoMore() throws Exception {
    pod(PodCredentials.HELD, "Failed");
    record(true);
    manager.look(ENDED);
    assertThat(manager.takeOver()).as("the record still needs them").isFalse();
    assertThat(cluster.asked.poll(100, TimeUnit.MILLISECONDS)).isNull();
    manager.look(ENDED);
    record(false);
    cluster.awaitAsked("secret", "note");
  }

  @Test
  void anotherPodOfTheSameNameIsLeftAlone() throws Exception {
    pod(PodCredentials.HELD, "Failed");
    record(true);
    manager.look(ENDED);
    Pod other =
        new PodBuilder(cluster.pod.orElseThrow()).editMetadata().withUid("v").endMetadata().build();
    cluster.pod = Optional.of(other);
    record(false);
    assertThat(cluster.asked.poll(200, TimeUnit.MILLISECONDS)).isNull();
    manager.look(READY);
    cluster.awaitAsked("secret", "note");
  }

  @Test
  void keeperThatHasEndedIsNotAsked() throws Exception {
    pod(PodCredentials.GIVEN, "Succeeded");
    record(false);
    manager.look(ENDED);
    assertThat(cluster.asked.poll(200, TimeUnit.MILLISECONDS)).isNull();
  }

  @Test
  void nothingIsErasedTwiceNorWhereThereIsNothing() throws Exception {
    contentIsReady();
    pod(PodCredentials.HELD, "Running");
    manager.look(READY);
    manager.look(READY);
    cluster.awaitAsked("secret", "note");
    manager.look(READY);
    pod(PodCredentials.NONE, "Running");
    manager.look(READY);
    assertThat(cluster.asked.poll(200, TimeUnit.MILLISECONDS)).isNull();
  }
}
