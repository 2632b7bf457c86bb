// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    assertThat(Files.readString(log))
        .isEqualTo("b 'q' \"r\"\ni\nc\ntask 0 it's one ended with exit code 4\n");
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
  void lastWordsAreWhatATerminalWouldShow() throws Exception {
    Workspace workspace =
        start(
            "colours",
            WorkspaceType.PREBUILD,
            "[{\"init\":\"seq -f '%g%%' 9000 | tr '\\\\n' '\\\\r'; echo;"
                + " printf '\\\\033[32mgreen\\\\033[0m\\\\n'; exit 1\"}]");
    String words = machine.awaitEnd(workspace).exit().orElseThrow().lastWords();
    assertThat(words.lines()).startsWith("9000%", "green");
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
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          '# nothing to do'         | echo started                    | started
          echo hi \\               | echo started                    | started
          exit 0                    | echo started                    | started
          cd /tmp; exit 0           | echo started $PWD               | started /tmp
          exec true                 | echo started                    | started
          trap : EXIT; exit 0       | echo started                    | started
          f() { echo started; }     | f                               | started
          export A=b; cd /          | echo started $A $PWD            | started b /
          set -e                    | false; echo started             | started
          echo init                 | if                              | init
          echo init                 | if                              | ended with exit code 2
          set -e; false; true       | echo never                      | ended with exit code 1
          true                      | sleep 100 & exit 5              | ended with exit code 5
          true                      | trap "kill 0" EXIT; true        | ended with exit code 143
          true                      | echo $TERM                      | xterm
          true                      | sh -c 'kill -INT $$'; echo c$? | c130
          true                      | setsid sleep 100 & echo out     | out
          true                      | echo out >/dev/stdout           | out
          true                      | echo err >/dev/stderr           | err
          'cat <<X
          here'                     | echo started                    | started
          'touch y; shopt -s extglob
          echo got !(x)'            | true                            | got y
          true                      | python3 -c 'import os,time; os.kill(os.getpid(),2); time.sleep(9); print("ne"+"ver")' | KeyboardInterrupt
          """)
  void partsDecideAboutThemselves(String init, String command, String told) throws Exception {
    Workspace workspace =
        start("part", WorkspaceType.REGULAR, tasks("init", init, "command", command));
    machine.awaitOutput(workspace, told);
    assertThat(machine.output(workspace)).doesNotContain("never");
    assertThat(machine.awaitReady(workspace).stage()).isEqualTo(Stage.STARTED);
  }

  @Test
  void aPartThatForbidsToOverwriteLetsNoOtherRunTwice() throws Exception {
    Workspace workspace =
        start("noclobber", WorkspaceType.REGULAR, tasks("init", "set -C", "command", "echo hi"));
    machine.awaitOutput(workspace, "hi");
    machine.awaitReady(workspace);
    assertThat(machine.output(workspace).split("hi", -1)).hasSize(2);
    assertThat(machine.output(workspace)).doesNotContain("overwrite");
  }

  @Test
  void linesOfAPartMayEndAsOnOtherSystems() throws Exception {
    Workspace workspace =
        start(
            "lines",
            WorkspaceType.PREBUILD,
            tasks("init", "true # said\r\n# more\r\n", "prebuild", "echo started"));
    machine.awaitOutput(workspace, "started\n");
  }

  @Test
  void whatATaskDoesToItsGroupConcernsItAlone() throws Exception {
    Workspace workspace =
        start(
            "group",
            WorkspaceType.PREBUILD,
            """
            [{"init":"trap 'kill 0' EXIT; while [ ! -e begun ]; do sleep 0.1; done"},
             {"init":"touch begun; sleep 0.5; touch done"}]
            """);
    Observation.Exit exit = machine.awaitEnd(workspace).exit().orElseThrow();
    assertThat(exit.code()).hasValue(143);
    assertThat(exit.lastWords()).isEqualTo("task 0  ended with exit code 143");
    assertThat(machine.folder(workspace).content().resolve("done")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit 0", "ended=1"})
  void noPartBeginsAfterTerm(String handler) throws Exception {
    Workspace workspace =
        start(
            "over",
            WorkspaceType.REGULAR,
            tasks(
                "init",
                "trap 'sleep 0.3; "
                    + handler
                    + "' TERM; echo up; until [ $ended ]; do sleep 0.1; done",
                "command",
                "echo never; sleep 1000"));
    machine.awaitOutput(workspace, "up\n");
    machine.runtime().terminate(workspace.id(), Duration.ofSeconds(60));
    machine.awaitEnd(workspace);
    assertThat(machine.output(workspace)).doesNotContain("never");
  }

  private static String tasks(String... parts) {
    ObjectNode task = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < parts.length; i += 2) {
      task.put(parts[i], parts[i + 1]);
    }
    return "[" + task + ",{\"command\":\"sleep 1000\"}]";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "trap 'echo saving; sleep 0.3; echo x >saved; exit 0' TERM; echo up; while :; do sleep 0.1;"
            + " done",
        "exec dash -c 'trap \"echo saving; sleep 0.3; echo x >saved; exit 0\" TERM; echo up;"
            + " while :; do sleep 0.1; done'",
        "exec python3 -uc 'import signal,time,sys\ndef f(*a):\n print(\"saving\"); time.sleep(0.3);"
            + " open(\"saved\",\"w\"); sys.exit()\nsignal.signal(signal.SIGTERM,f)\nprint(\"up\")\n"
            + "while True: time.sleep(0.1)'"
      })
  void whatATaskWritesAtTermIsKept(String command) throws Exception {
    for (int i = 0; i < 3; i++) {
      Workspace workspace = start("term" + i, WorkspaceType.REGULAR, tasks("command", command));
      machine.awaitOutput(workspace, "up\n");
      machine.runtime().terminate(workspace.id(), Duration.ofSeconds(30));
      machine.awaitEnd(workspace);
      assertThat(machine.folder(workspace).content().resolve("saved")).exists();
      assertThat(machine.output(workspace)).contains("saving");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sleep 900 & echo built", "setsid sleep 900 & echo built"})
  void whatStaysInTheBackgroundHoldsNoHeadlessOne(String init) throws Exception {
    Workspace workspace =
        start(
            "left",
            WorkspaceType.PREBUILD,
            "[{\"init\":\"" + init + "\",\"prebuild\":\"echo more\"}]");
    assertThat(machine.awaitEnd(workspace).exit().orElseThrow().code()).hasValue(0);
    assertThat(machine.output(workspace)).isEqualTo("built\nmore\n");
    assertThat(machine.folder(workspace).content().resolve(".gitpod/prebuild-log-0"))
        .hasContent("built\nmore\n");
  }

  @ParameterizedTest
  @CsvSource({"PATH,/workspace/bin", "HOME,/nonexistent", "shell,x", "logs,x", "code,x"})
  void variablesBreakNothingAroundThem(String name, String value) throws Exception {
    for (WorkspaceType type : List.of(WorkspaceType.REGULAR, WorkspaceType.PREBUILD)) {
      String part = type == WorkspaceType.REGULAR ? "command" : "init";
      Workspace workspace =
          machine.record(
              Workspaces.pending("v" + part, type),
              new Initializer.Empty(),
              List.of(
                  EnvironmentVariable.of(name, value),
                  EnvironmentVariable.of(
                      "GITPOD_TASKS", "[{\"" + part + "\":\"echo \\\"is $" + name + "\\\"\"}]")));
      machine.awaitOutput(workspace, "is " + value + "\n");
      Observation seen =
          type == WorkspaceType.REGULAR
              ? machine.awaitReady(workspace)
              : machine.awaitEnd(workspace);
      assertThat(machine.output(workspace)).isEqualTo("is " + value + "\n");
      seen.exit().ifPresent(exit -> assertThat(exit.code()).hasValue(0));
    }
  }

  @Test
  void variablesThatNoShellCanNameArriveAsWell() throws Exception {
    String value = "it's \"a\" $B `c` \\\\ \\n";
    Workspace workspace =
        machine.record(
            Workspaces.pending("odd"),
            new Initializer.Empty(),
            List.of(
                EnvironmentVariable.of("spring.data.url", value),
                EnvironmentVariable.of("my-var", "y"),
                EnvironmentVariable.of("-x", "z"),
                EnvironmentVariable.of("_0", "own"),
                EnvironmentVariable.of(
                    "GITPOD_TASKS",
                    tasks("command", "env | grep -E '^(spring|my-|-x|_+[0-9])'; echo end"))));
    machine.awaitOutput(workspace, "end\n");
    assertThat(machine.output(workspace).lines())
        .containsExactlyInAnyOrder("spring.data.url=" + value, "my-var=y", "-x=z", "_0=own", "end");
  }

  @Test
  void aTasksOwnVariablesMayBeNamedLikeThatAsWell() throws Exception {
    Workspace workspace =
        start(
            "own",
            WorkspaceType.REGULAR,
            """
            [{"command":"env | grep '^a.b='; echo end","env":{"a.b":"1","OK2":"2"}}]
            """);
    machine.awaitOutput(workspace, "a.b=1\nend\n");
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
    folder.writePrepared(true);
    folder.writePrepared(false);
    assertThat(folder.prepared()).isFalse();
    folder.writePrepared(true);
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
