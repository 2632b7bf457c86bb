// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Exit;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.RuntimeInfo;
import dev.atelier.workspace.domain.Workspace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes in whatever sandbox this machine has. */
class LocalRuntimeTest {
  /** Runs what the workspace's own variable says. */
  static final LocalEntry SHELL =
      new LocalEntry(
          "shell",
          List.of("*"),
          Optional.of("eval \"$TEST_COMMAND\""),
          Map.of("FROM_ENTRY", "entry"),
          new Readiness.AtOnce(),
          Duration.ofSeconds(20));

  @TempDir Path data;
  private LocalMachine machine;

  @BeforeEach
  void start() throws Exception {
    machine = new LocalMachine(data);
    machine.with(settings(machine.settings().withEntries(List.of(SHELL)))).start();
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
  void runsAndSaysWhere() throws Exception {
    Workspace workspace = machine.running("one", "echo hello; sleep 100");
    Observation seen = machine.awaitReady(workspace);
    assertThat(seen.stage()).isEqualTo(Stage.STARTED);
    assertThat(seen.ready()).isTrue();
    assertThat(seen.contentReady()).isTrue();
    assertThat(seen.failure()).isEmpty();
    assertThat(seen.runtime()).isEqualTo(new RuntimeInfo("host", "ws-one", "127.0.0.1"));
    machine.awaitOutput(workspace, "hello");
    assertThat(machine.folder(workspace).start()).doesNotExist();
  }

  @Test
  void variablesThatNoShellCanNameAreSeenInside() throws Exception {
    Workspace workspace =
        machine.running(
            "odd", "env | grep '^a[.]b-c='; exit 3", EnvironmentVariable.of("a.b-c", "d"));
    assertThat(machine.awaitEnd(workspace).exit().orElseThrow().code()).hasValue(3);
    assertThat(machine.output(workspace)).isEqualTo("a.b-c=d\n");
  }

  @Test
  void outputMayBeOpenedAnew() throws Exception {
    Workspace workspace =
        machine.running("again", "echo one >/dev/stdout && echo two >/dev/stderr; exit 3");
    assertThat(machine.awaitEnd(workspace).exit().orElseThrow().code()).hasValue(3);
    assertThat(machine.output(workspace)).isEqualTo("one\ntwo\n");
  }

  @Test
  void environmentIsSeenInside() throws Exception {
    Workspace workspace =
        machine.running(
            "env",
            "env; sleep 100",
            EnvironmentVariable.of("QUOTED", "it's $HOME \"and\"\nmore `id`"),
            EnvironmentVariable.of("UID", "77"));
    machine.awaitOutput(workspace, "GITPOD_INSTANCE_ID=env\n");
    assertThat(machine.output(workspace))
        .contains("QUOTED=it's $HOME \"and\"\nmore `id`\n", "FROM_ENTRY=entry\n")
        .contains("GITPOD_WORKSPACE_ID=meta-env\n")
        .doesNotContain(Launcher.MARK);
  }

  @Test
  void exitCodeAndLastWordsAreTold() throws Exception {
    Exit exit = machine.awaitEnd(machine.running("bad", "echo dying; exit 3")).exit().orElseThrow();
    assertThat(exit.cause()).isEqualTo(Exit.Cause.EXITED);
    assertThat(exit.code()).hasValue(3);
    assertThat(exit.lastWords()).isEqualTo("dying");
  }

  @Test
  void signalIsTold() throws Exception {
    Workspace workspace = machine.running("signal", "kill -SEGV $$");
    assertThat(machine.awaitEnd(workspace).exit().orElseThrow().code()).hasValue(128 + 11);
    assertThat(Files.readString(machine.folder(workspace).exitFile())).contains("signal=11\n");
  }

  @Test
  void termIsObeyed() throws Exception {
    Workspace workspace =
        machine.running(
            "term", "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.1; done");
    machine.awaitOutput(workspace, "up");
    machine.runtime().terminate("term", Duration.ofSeconds(60));
    assertThat(machine.awaitEnd(workspace).exit().orElseThrow().code()).hasValue(0);
    assertThat(machine.output(workspace)).contains("bye");
  }

  @Test
  void whoIgnoresTermIsKilledAfterTheGrace() throws Exception {
    Workspace workspace =
        machine.running("stubborn", "trap '' TERM; echo up; while :; do sleep 1; done");
    machine.awaitOutput(workspace, "up");
    machine.runtime().terminate("stubborn", Duration.ofMillis(300));
    machine.awaitEnd(workspace);
    assertThat(machine.seen(workspace).exit().orElseThrow().code()).hasValue(137);
  }

  @Test
  void whoseTimeToBeKilledCannotBeWrittenEndsAllTheSame() throws Exception {
    Workspace workspace =
        machine.running("full", "trap '' TERM; echo up; while :; do sleep 1; done");
    machine.awaitOutput(workspace, "up");
    Files.createDirectories(machine.folder(workspace).root().resolve("terminate/no-room"));
    machine.runtime().terminate("full", Duration.ofMillis(300));
    assertThat(machine.awaitEnd(workspace).exit().orElseThrow().code()).hasValue(137);
  }

  @Test
  void shorterGraceWins() throws Exception {
    Workspace workspace =
        machine.running("hurry", "trap '' TERM; echo up; while :; do sleep 1; done");
    machine.awaitOutput(workspace, "up");
    machine.runtime().terminate("hurry", Duration.ofHours(1));
    machine.runtime().terminate("hurry", Duration.ofMillis(100));
    machine.runtime().terminate("hurry", Duration.ofHours(1));
    machine.awaitEnd(workspace);
  }

  @Test
  void daemonsAreEndedWithTheMainProcess() throws Exception {
    String marker = "987." + ProcessHandle.current().pid();
    Workspace workspace =
        machine.running(
            "daemon", "(setsid sleep " + marker + " </dev/null >/dev/null 2>&1 &) ; sleep 0.5");
    await().atMost(LocalMachine.PATIENCE).until(() -> runs("sleep\0" + marker));
    machine.awaitEnd(workspace);
    await().atMost(LocalMachine.PATIENCE).until(() -> !runs("sleep\0" + marker));
  }

  @Test
  void outputIsFollowedAsItComes() throws Exception {
    Workspace workspace =
        machine.running("loud", "echo one; while [ ! -e go ]; do sleep 0.05; done; echo two");
    machine.awaitReady(workspace);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(machine.runtime().output("loud"), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).isEqualTo("one");
      Files.createFile(machine.folder(workspace).content().resolve("go"));
      assertThat(lines.readLine()).isEqualTo("two");
      assertThat(lines.readLine()).isNull();
    }
  }

  @Test
  @Timeout(60)
  void whoFollowsIsToldOfTheManagersEnd() throws Exception {
    Workspace workspace = machine.running("quiet", "echo one; sleep 100");
    machine.awaitOutput(workspace, "one");
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(machine.runtime().output("quiet"), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).isEqualTo("one");
      machine.crash();
      assertThat(lines.readLine()).isNull();
    }
    machine.start();
  }

  @Test
  void removalEndsByForceAndLeavesNothing() throws Exception {
    Workspace workspace = machine.running("gone", "trap '' TERM; echo x >f; echo up; sleep 1000");
    machine.awaitOutput(workspace, "up");
    machine.runtime().remove(workspace);
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> machine.seen(workspace).equals(Observation.ABSENT));
    assertThat(machine.folder(workspace).root()).doesNotExist();
    assertThat(machine.folder(workspace).content()).doesNotExist();
  }

  static boolean runs(String commandLine) {
    return ProcessHandle.allProcesses()
        .anyMatch(process -> commandLine(process.pid()).contains(commandLine));
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"));
    } catch (IOException e) {
      return "";
    }
  }
}
