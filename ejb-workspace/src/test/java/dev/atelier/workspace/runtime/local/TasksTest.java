// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the default entry does. */
class TasksTest {
  @TempDir Path data;
  private LocalMachine machine;

  @BeforeEach
  void start() throws Exception {
    machine = new LocalMachine(data);
    machine.with(settings(machine.settings())).start();
  }

  /** What is tried: all that this machine has. */
  LocalRuntimeSettings settings(LocalRuntimeSettings otherwise) {
    return otherwise;
  }

  @AfterEach
  void end() throws Exception {
    machine.close();
  }

  private Workspace start(String id, WorkspaceType type, String tasks) throws Exception {
    return machine.record(
        Workspaces.pending(id, type),
        new Initializer.Empty(),
        List.of(EnvironmentVariable.of("GITPOD_TASKS", tasks)));
  }

  @Test
  void regularOneRunsEverythingAndStaysUp() throws Exception {
    Workspace workspace =
        start(
            "all",
            WorkspaceType.REGULAR,
            """
            [{"name":"it's one","before":"echo b $X # comment","init":"echo i","command":"echo c; exit 4",
              "env":{"X":"'q' \\"r\\""}},
             {"command":"echo other $X."}]
            """);
    machine.awaitOutput(workspace, "task 0 it's one ended with exit code 4");
    machine.awaitOutput(workspace, "other .");
    assertThat(machine.output(workspace)).containsSubsequence("b 'q' \"r\"\n", "i\n", "c\n");
    Observation seen = machine.awaitReady(workspace);
    assertThat(seen.stage()).isEqualTo(Stage.STARTED);
    Path log = machine.folder(workspace).home().resolve(".atelier/task-0.log");
    assertThat(Files.readString(log)).isEqualTo("b 'q' \"r\"\ni\nc\n");
  }

  @Test
  void headlessOneEndsWellWhenAllTasksDo() throws Exception {
    Workspace workspace =
        start(
            "good",
            WorkspaceType.PREBUILD,
            "[{\"init\":\"echo i >f\",\"command\":\"echo never >g\"},{\"before\":\"true\"}]");
    assertThat(machine.awaitEnd(workspace).exit().orElseThrow().code()).hasValue(0);
    assertThat(machine.folder(workspace).content().resolve("f")).exists();
    assertThat(machine.folder(workspace).content().resolve("g")).doesNotExist();
  }

  @Test
  void headlessOneEndsBadlyWhenOneTaskDoes() throws Exception {
    Workspace workspace =
        start(
            "mixed",
            WorkspaceType.IMAGEBUILD,
            "[{\"init\":\"true\"},{\"before\":\"echo no; exit 6\",\"init\":\"echo never\"}]");
    Observation.Exit exit = machine.awaitEnd(workspace).exit().orElseThrow();
    assertThat(exit.code()).hasValue(6);
    assertThat(exit.lastWords()).contains("no", "task 1").doesNotContain("never");
  }

  @Test
  void unreadableTasksFailAHeadlessOne() throws Exception {
    Workspace workspace = start("odd", WorkspaceType.PREBUILD, "{not json");
    Observation.Exit exit = machine.awaitEnd(workspace).exit().orElseThrow();
    assertThat(exit.code()).hasValue(1);
    assertThat(exit.lastWords()).isEqualTo("GITPOD_TASKS is not JSON");
  }

  @Test
  void gitIdentityIsSet() throws Exception {
    Workspace pending = Workspaces.pending("git");
    Workspace workspace =
        machine.record(
            pending.withSpec(
                pending
                    .spec()
                    .withGit(new dev.atelier.workspace.domain.GitIdentity("A \"B\" \\ 'C'", ""))),
            new Initializer.Empty(),
            List.of(
                EnvironmentVariable.of(
                    "GITPOD_TASKS",
                    "[{\"command\":\"git config --global user.name; echo $? got\"}]")));
    machine.awaitOutput(workspace, "A \"B\" \\ 'C'\n0 got\n");
  }

  @ParameterizedTest
  @CsvSource({
    "REGULAR, false, before init command",
    "REGULAR, true, before command",
    "PREBUILD, true, before init",
    "IMAGEBUILD, false, before init",
  })
  void initIsNotRepeatedOnContentThatHasSeenIt(WorkspaceType type, boolean prepared, String parts)
      throws Exception {
    machine.content.prepared = prepared;
    Workspace workspace =
        start(
            "again",
            type,
            """
            [{"before": "printf 'before '", "init": "printf 'init '", "command": "printf 'command '"}]
            """);
    machine.awaitOutput(workspace, parts);
  }

  @Test
  void whatWasDoneInTheContentIsStillKnownWhereTheManagerEndsBeforeTheLaunch() throws Exception {
    machine.crash();
    Workspace workspace = Workspaces.pending("later");
    InstanceFolder folder = machine.folder(workspace);
    Files.createDirectories(folder.root());
    Files.createDirectories(folder.content());
    folder.writePrepared();
    folder.writeContentReady(InitializerMetrics.NONE);
    EnvironmentVariable tasks =
        EnvironmentVariable.of(
            "GITPOD_TASKS", "[{\"init\":\"printf 'init '\",\"command\":\"echo command\"}]");
    machine.store.create(
        workspace, new WorkspaceSecrets("token", List.of(tasks), Optional.empty()));
    machine.known.add(workspace);

    machine.start();

    machine.awaitOutput(workspace, "command");
    assertThat(machine.output(workspace)).doesNotContain("init");
  }
}
