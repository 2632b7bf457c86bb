// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.runtime.local.LocalRuntimeSettings.Networks;
import dev.atelier.workspace.runtime.local.LocalRuntimeSettings.Use;
import dev.atelier.workspace.store.MemoryWorkspaceStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An instance that is to be removed, and what that waits for. */
class InstanceRemovalTest {
  @TempDir Path data;
  private final AtomicInteger delayed = new AtomicInteger();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final Map<String, LocalInstance> instances = new ConcurrentHashMap<>();
  private final ExecutorService spawner = Executors.newSingleThreadExecutor();
  private final Workspace workspace = Workspaces.pending("one");
  private LocalHost host;
  private LocalInstance instance;
  private InstanceRemoval removal;

  /** Counts what is to be done later. */
  private final class CountingTimer extends ScheduledThreadPoolExecutor {
    private CountingTimer() {
      super(1);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      delayed.incrementAndGet();
      return super.schedule(task, delay, unit);
    }
  }

  @BeforeEach
  void open() throws IOException {
    LocalRuntimeSettings settings =
        LocalRuntimeSettings.DEFAULT.with(
            s -> s.sandbox(Use.NONE).network(Networks.NONE).cgroups(Use.NONE));
    Machine machine = Machine.find(settings, data);
    host =
        new LocalHost(
            data,
            settings,
            machine,
            new Sandbox(machine, settings, data),
            InstantSource.system(),
            Workers.over(Thread::new, 1),
            new CountingTimer());
    InstanceFolder folder = new InstanceFolder(data, "one");
    Files.createDirectories(folder.root());
    Files.createDirectories(folder.content());
    instance = new LocalInstance(workspace, folder);
    instances.put("one", instance);
    LocalMachine.FakeContent content = new LocalMachine.FakeContent();
    WorkspaceClass.Resources none = new WorkspaceClass.Resources(0, 0, 0, 0, 0, 0);
    ContentSandboxes sandboxes =
        new ContentSandboxes(
            host, id -> new WorkspaceClass(id, id, id, 0, none, Duration.ZERO), spawner);
    Unsaved unsaved = new Unsaved(data, host, content, sandboxes, Duration.ofHours(1));
    removal =
        new InstanceRemoval(
            host,
            new InstanceEnd(host),
            unsaved,
            new DamagedInstances(data, host, unsaved),
            new LastOutputs(data, host, new MemoryWorkspaceStore()),
            instances);
    host.watch(told::add);
  }

  @AfterEach
  void close() {
    host.close();
    spawner.shutdown();
  }

  /** Until the one worker has done all that it was given. */
  private void settle() throws Exception {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    host.workers().execute(() -> reached.complete(null));
    reached.get(60, TimeUnit.SECONDS);
  }

  @Test
  void theEndOfASaveIsWaitedForWithoutLookingAgain() throws Exception {
    host.update(instance, seen -> Observation.ABSENT.withStage(Stage.ENDED));
    Thread saver = new Thread(() -> assertThat(instance.beginSave()).isTrue());
    saver.start();
    saver.join();
    told.clear();

    for (int i = 0; i < 5; i++) {
      removal.remove(instance, workspace);
    }
    settle();
    assertThat(instances).containsKey("one");
    assertThat(delayed).hasValue(0);

    instance.endSave();
    await().atMost(LocalMachine.PATIENCE).until(() -> !told.isEmpty());
    settle();
    assertThat(instances).isEmpty();
    assertThat(told).containsExactly("one");
    assertThat(instance.folder.root()).doesNotExist();
  }

  @Test
  void theEndOfTheInstanceIsWaitedForWithoutLookingAgain() throws Exception {
    // Its content is being made: that is interrupted, and says when it has ended.
    Thread initializer = new Thread(() -> assertThat(instance.beginInitialization()).isTrue());
    initializer.start();
    initializer.join();

    for (int i = 0; i < 5; i++) {
      removal.remove(instance, workspace);
    }
    settle();
    settle();
    assertThat(instances).containsKey("one");
    assertThat(delayed).hasValue(0);

    host.update(instance, seen -> Observation.ABSENT.withStage(Stage.ENDED));
    await().atMost(LocalMachine.PATIENCE).until(() -> told.size() == 2);
    settle();
    assertThat(instances).isEmpty();
    assertThat(told).hasSize(2);
  }

  @Test
  void aRemovalThatFailedIsDoneWhenAskedForAgain() throws Exception {
    host.update(instance, seen -> Observation.ABSENT.withStage(Stage.ENDED));
    // A mark that cannot be deleted as one.
    Files.createDirectories(data.resolve("ended/one/full"));

    removal.remove(instance, workspace);
    await().atMost(LocalMachine.PATIENCE).until(() -> !instance.seen().failure().isEmpty());
    assertThat(instances).containsKey("one");

    FileTree.delete(data.resolve("ended/one"));
    settle();
    removal.remove(instance, workspace);
    await().atMost(LocalMachine.PATIENCE).until(instances::isEmpty);
  }
}
