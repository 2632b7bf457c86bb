// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.store.WorkspaceStore.LeftAlone;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The manager ends at some moment, and another one takes over. */
class RestartTest {
  private static final Initializer GIT =
      new Initializer.Git(
          "https://example.com/r.git",
          "",
          CloneTargetMode.REMOTE_HEAD,
          "",
          "r",
          Map.of(),
          GitAuthentication.NONE,
          false);

  @TempDir Path data;
  private LocalMachine machine;

  @BeforeEach
  void start() throws Exception {
    machine = new LocalMachine(data);
    machine.with(settings(machine.settings().withEntries(List.of(LocalRuntimeTest.SHELL)))).start();
  }

  /** What is tried: all that this machine has. */
  LocalRuntimeSettings settings(LocalRuntimeSettings otherwise) {
    return otherwise;
  }

  @AfterEach
  void end() throws Exception {
    machine.close();
  }

  @Test
  void runningInstancesGoOn() throws Exception {
    Workspace workspace = machine.running("stays", "echo $$; echo up; sleep 100");
    machine.awaitOutput(workspace, "up");
    Observation before = machine.awaitReady(workspace);
    machine.crash();
    machine.start();
    assertThat(machine.seen(workspace)).isEqualTo(before);
    machine.runtime().terminate("stays", Duration.ofSeconds(60));
    assertThat(machine.awaitEnd(workspace).exit().orElseThrow().code()).hasValue(143);
  }

  @Test
  void endOfAnAdoptedInstanceIsHeardOf() throws Exception {
    Workspace workspace =
        machine.running("later", "echo up; while [ ! -e go ]; do sleep 0.05; done; exit 7");
    machine.awaitOutput(workspace, "up");
    machine.awaitReady(workspace);
    machine.crash();
    machine.start();
    Files.createFile(machine.folder(workspace).content().resolve("go"));
    assertThat(machine.awaitEnd(workspace).exit().orElseThrow().code()).hasValue(7);
  }

  @Test
  void endsThatAreToldWhileTheManagerEndsDisturbNobody() throws Exception {
    Workspace workspace = machine.running("told", "echo up; sleep 100");
    machine.awaitOutput(workspace, "up");
    machine.awaitReady(workspace);
    Path mark = machine.folder(workspace).endMark();
    AtomicBoolean over = new AtomicBoolean();
    Thread teller =
        new Thread(
            () -> {
              try {
                while (!over.get()) {
                  Files.createFile(mark);
                  Files.delete(mark);
                }
              } catch (IOException e) {
                machine.uncaught.add(e);
              }
            });
    teller.start();
    machine.crash();
    over.set(true);
    teller.join();
    assertThat(machine.uncaught).isEmpty();
    machine.start();
    assertThat(machine.seen(workspace).stage()).isEqualTo(Stage.STARTED);
  }

  @Test
  void endInBetweenIsKnownAfterwards() throws Exception {
    Workspace well = machine.running("well", "echo fine; while [ ! -e go ]; do sleep 0.05; done");
    Workspace badly =
        machine.running("badly", "while [ ! -e go ]; do sleep 0.05; done; echo why; exit 9");
    machine.awaitReady(well);
    machine.awaitReady(badly);
    machine.crash();
    for (Workspace workspace : List.of(well, badly)) {
      Files.createFile(machine.folder(workspace).content().resolve("go"));
      await()
          .atMost(LocalMachine.PATIENCE)
          .until(() -> Files.exists(machine.folder(workspace).endMark()));
    }
    machine.start();
    assertThat(machine.seen(well).stage()).isEqualTo(Stage.ENDED);
    assertThat(machine.seen(well).exit().orElseThrow().code()).hasValue(0);
    assertThat(machine.seen(badly).exit().orElseThrow().code()).hasValue(9);
    assertThat(machine.seen(badly).exit().orElseThrow().lastWords()).isEqualTo("why");
  }

  @Test
  void initializationThatWasCutOffBeginsAgain() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    machine.content.command =
        List.of("/bin/sh", "-c", "[ ! -e torn ] && echo x >torn && exec sleep 27182");
    machine.content.started = process -> begun.countDown();
    Workspace workspace =
        machine.launch(Workspaces.pending("again"), GIT, "echo content of $(ls); sleep 100");
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    Path torn = machine.folder(workspace).content().resolve("torn");
    await().atMost(LocalMachine.PATIENCE).until(() -> Files.exists(torn));
    machine.crash();
    machine.content.command = List.of("/bin/sh", "-c", "[ ! -e torn ] && echo x >whole");
    machine.content.started = process -> {};
    machine.start();
    Observation seen = machine.awaitReady(workspace);
    assertThat(seen.failure()).isEmpty();
    assertThat(seen.initializerMetrics().steps()).containsKey(InitializerMetrics.Kind.GIT);
    machine.awaitOutput(workspace, "content of whole");
    assertThat(LocalRuntimeTest.runs("27182")).isFalse();
    machine.crash();
    machine.start();
    assertThat(machine.seen(workspace)).isEqualTo(seen);
  }

  @Test
  void terminationIsCarriedOn() throws Exception {
    Workspace workspace =
        machine.running("ending", "trap '' TERM; echo up; while :; do sleep 0.1; done");
    machine.awaitOutput(workspace, "up");
    machine.runtime().terminate("ending", Duration.ofSeconds(2));
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> machine.folder(workspace).killAt().isPresent());
    machine.crash();
    machine.start();
    assertThat(machine.awaitEnd(workspace).exit().orElseThrow().code()).hasValue(137);
  }

  @Test
  void whatIsNotKnownIsRemoved() throws Exception {
    Workspace workspace = machine.running("stranger", "echo up; sleep 16180");
    machine.awaitOutput(workspace, "up");
    machine.crash();
    machine.known.clear();
    machine.start();
    assertThat(machine.seen(workspace)).isEqualTo(Observation.ABSENT);
    assertThat(machine.folder(workspace).root()).doesNotExist();
    await().atMost(LocalMachine.PATIENCE).until(() -> !LocalRuntimeTest.runs("16180"));
  }

  @Test
  void whatCannotBeReadIsLeftAlone() throws Exception {
    Workspace workspace = machine.running("newer", "echo up; sleep 27182");
    machine.awaitOutput(workspace, "up");
    machine.crash();
    machine.known.clear();
    machine.store.leaveAlone(new LeftAlone("newer", "", "", false, "it has format 2"));
    machine.start();
    assertThat(machine.seen(workspace)).isEqualTo(Observation.ABSENT);
    machine.crash();
    machine.known.add(workspace);
    machine.start();
    assertThat(machine.seen(workspace).stage()).isEqualTo(Stage.STARTED);
    assertThat(LocalRuntimeTest.runs("27182")).isTrue();
  }

  @Test
  void initializationEndsWithItsInstance() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    machine.content.command = List.of("sleep", "14142");
    machine.content.started = process -> begun.countDown();
    Workspace workspace =
        machine.launch(Workspaces.pending("stopped", WorkspaceType.PREBUILD), GIT, "true");
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    machine.runtime().terminate("stopped", Duration.ofSeconds(30));
    Observation seen = machine.awaitEnd(workspace);
    assertThat(seen.exit()).isEmpty();
    assertThat(seen.failure()).isEmpty();
    await().atMost(LocalMachine.PATIENCE).until(() -> !LocalRuntimeTest.runs("14142"));
  }

  @Test
  void failedInitializationSaysWhy() throws Exception {
    machine.content.command = List.of("/bin/sh", "-c", "exit 5");
    Workspace workspace = machine.launch(Workspaces.pending("failing"), GIT, "true");
    assertThat(machine.awaitEnd(workspace).failure())
        .isEqualTo("Content initialization failed: ended with 5");
    machine.crash();
    machine.start();
    assertThat(machine.seen(workspace).failure())
        .isEqualTo("Content initialization failed: ended with 5");
  }
}
