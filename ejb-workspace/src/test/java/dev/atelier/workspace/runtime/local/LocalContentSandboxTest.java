// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.content.ContentSandbox.Network;
import dev.atelier.workspace.runtime.local.LocalRuntimeSettings.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a program whose start nobody waits for any more. */
class LocalContentSandboxTest {
  private static final List<String> COMMAND = List.of("sleep", "31420");

  @TempDir Path data;
  private final ExecutorService thread = Executors.newSingleThreadExecutor();

  @AfterEach
  void close() {
    thread.shutdown();
  }

  private LocalContentSandbox sandbox(ExecutorService spawner) throws IOException {
    LocalRuntimeSettings settings = LocalRuntimeSettings.DEFAULT.with(s -> s.sandbox(Use.NONE));
    Machine machine = Machine.find(settings, data);
    InstanceFolder folder = new InstanceFolder(data, "one");
    for (Path path = folder.root(); !path.equals(data.getParent()); path = path.getParent()) {
      FileTree.makePassable(path);
    }
    FileTree.make(folder.content(), machine);
    FileTree.make(folder.contentHome(), machine);
    return new LocalContentSandbox(
        new Sandbox(machine, settings, data), folder, List.of(), spawner);
  }

  /** Begins each task when its asker has been interrupted, wherever that is by then. */
  private final class Interrupting extends AbstractExecutorService {
    @Override
    public void execute(Runnable task) {
      Thread asker = Thread.currentThread();
      thread.execute(
          () -> {
            asker.interrupt();
            task.run();
          });
    }

    @Override
    public void shutdown() {
      thread.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
      return thread.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
      return thread.isShutdown();
    }

    @Override
    public boolean isTerminated() {
      return thread.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
      return thread.awaitTermination(timeout, unit);
    }
  }

  @Test
  void whatStartsWhileItsAskerIsInterruptedIsEnded() throws Exception {
    LocalContentSandbox sandbox = sandbox(new Interrupting());
    for (int i = 0; i < 10; i++) {
      try {
        // It may have started before the interrupt was seen: then it is the asker's to end.
        sandbox.start(COMMAND, Map.of(), "", Network.NONE).destroyForcibly();
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("interrupted");
      }
      assertThat(Thread.interrupted()).isTrue();
    }
    thread.submit(() -> {}).get();
    await().atMost(LocalMachine.PATIENCE).until(() -> !LocalRuntimeTest.runs("sleep\00031420"));
  }

  @Test
  void whatHasNotBegunToStartNeverDoes() throws Exception {
    LocalContentSandbox sandbox = sandbox(thread);
    CountDownLatch busy = new CountDownLatch(1);
    thread.execute(
        () -> {
          try {
            busy.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Path trace = data.resolve("trace");
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () -> sandbox.start(List.of("touch", trace.toString()), Map.of(), "", Network.NONE))
        .isInstanceOf(IOException.class);
    assertThat(Thread.interrupted()).isTrue();
    busy.countDown();
    thread.submit(() -> {}).get();
    // What comes next to start comes after it.
    assertThat(sandbox.start(List.of("true"), Map.of(), "", Network.NONE).waitFor()).isZero();
    assertThat(Files.exists(trace)).isFalse();
  }
}
