// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.LeftOut;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Exit;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass.Resources;
import dev.atelier.workspace.domain.Workspaces;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a class allows, and what happens above. */
class LimitsTest {
  private static final Resources SMALL =
      new Resources(500, 1000, 32L << 20, 64L << 20, 20, 5L << 20);

  @TempDir Path data;
  private LocalMachine machine;

  @BeforeEach
  void prepare() {
    machine = new LocalMachine(data);
    machine.with(SMALL).with(machine.settings().withEntries(List.of(LocalRuntimeTest.SHELL)));
  }

  @AfterEach
  void end() throws Exception {
    machine.close();
  }

  private boolean controlGroups(String what) {
    boolean there = machine.runtime().limitsCaveat().isEmpty();
    if (!there) {
      System.out.println("left out, for control groups cannot be made here: " + what);
    }
    return there;
  }

  @Test
  void memoryIsLimitedAndTheEndSaysSo() throws Exception {
    machine.start();
    assumeTrue(controlGroups("an end for want of memory"));
    Workspace workspace =
        machine.running("greedy", "x=$(head -c 200M /dev/zero | tr '\\0' x); echo ${#x}");
    Exit exit = machine.awaitEnd(workspace).exit().orElseThrow();
    assertThat(exit.cause()).isEqualTo(Exit.Cause.OUT_OF_MEMORY);
    assertThat(exit.code()).hasValue(137);
  }

  @Test
  void limitsAreSeenInsideAndCannotBeChanged() throws Exception {
    assumeTrue(LocalMachine.has("bwrap", "limits that are seen inside"));
    machine.start();
    assumeTrue(controlGroups("limits that are seen inside"));
    Workspace workspace =
        machine.running(
            "seeing",
            "cd /sys/fs/cgroup; cat memory.max memory/memory.limit_in_bytes 2>/dev/null;"
                + " find . -name cgroup.procs | wc -l; find . -writable ! -type l | wc -l;"
                + " find . -mindepth 2 -type d | wc -l;"
                + " for f in $(find . -name '*.max' -o -name '*limit_in_bytes'); do"
                + " echo 1 >$f; done 2>/dev/null; cat memory.max memory/memory.limit_in_bytes"
                + " 2>/dev/null; ls /sys /sys/devices/system; touch /sys/x /sys/fs/cgroup/x;"
                + " nproc; exit 3");
    assertThat(machine.awaitEnd(workspace).exit().orElseThrow().code()).hasValue(3);
    String limit = Long.toString(SMALL.memoryLimitBytes());
    boolean newer = Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
    // Groups of its own, none that is writable, none below them.
    assertThat(machine.output(workspace))
        .containsPattern("^%s\n%s\n0\n0\n%s\n".formatted(limit, newer ? "1" : "[1-5]", limit))
        .contains(limit + "\n/sys:\ndevices\nfs\n\n/sys/devices/system:\ncpu\n")
        .contains("cannot touch '/sys/x'", "cannot touch '/sys/fs/cgroup/x'");
  }

  @Test
  void aProgramOfJavaKeepsToTheLimit() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin/java").toRealPath();
    assumeTrue(LocalMachine.has("bwrap", "limits that Java sees inside"));
    LeftOut.unless(
        java.startsWith("/usr"), "Java is not where instances see it", "limits that Java sees");
    Resources resources = new Resources(500, 1000, 256L << 20, 512L << 20, 200, 0);
    machine.with(resources).start();
    assumeTrue(controlGroups("limits that Java sees inside"));
    Workspace workspace =
        machine.running("java", java + " -XX:+PrintFlagsFinal -version | grep -w MaxHeapSize");
    machine.awaitEnd(workspace);
    Matcher heap = Pattern.compile("MaxHeapSize +=? *(\\d+)").matcher(machine.output(workspace));
    assertThat(heap.find()).as(machine.output(workspace)).isTrue();
    assertThat(Long.parseLong(heap.group(1))).isLessThanOrEqualTo(512L << 20);
  }

  @Test
  void processorsAreToldInside() throws Exception {
    assumeTrue(LocalMachine.has("bwrap", "processors that are told inside"));
    assumeTrue(LocalMachine.has("lscpu", "processors that are told inside"));
    machine.start();
    Workspace workspace = machine.running("cpu", "lscpu; echo rc=$?");
    machine.awaitEnd(workspace);
    assertThat(machine.output(workspace)).contains("Architecture:").endsWith("rc=0\n");
  }

  @Test
  void processesAreLimited() throws Exception {
    machine.start();
    assumeTrue(controlGroups("the limit of processes"));
    Workspace workspace =
        machine.running("bomb", "i=0; while [ $i -lt 100 ]; do sleep 100 & i=$((i+1)); done");
    machine.awaitEnd(workspace);
    assertThat(machine.output(workspace)).containsIgnoringCase("fork");
  }

  @Test
  void whoTakesTooMuchStorageIsEvicted() throws Exception {
    machine.with(machine.settings().withStorageInterval(Duration.ofMillis(200))).start();
    Workspace workspace =
        machine.running("hoarder", "head -c 20000000 /dev/urandom >big; sleep 100");
    Exit exit = machine.awaitEnd(workspace).exit().orElseThrow();
    assertThat(exit.cause()).as(exit.toString()).isEqualTo(Exit.Cause.EVICTED);
    // It is measured while the file grows.
    assertThat(exit.lastWords())
        .matches("its files take 0\\.0[12] GB, and its class default allows 0\\.01 GB");
  }

  @Test
  void whatLiesInVarTmpCountsAsStorage() throws Exception {
    assumeTrue(LocalMachine.has("bwrap", "what is counted of /var/tmp"));
    machine.with(machine.settings().withStorageInterval(Duration.ofMillis(200))).start();
    Workspace workspace =
        machine.running("tmp", "head -c 20000000 /dev/urandom >/var/tmp/big; sleep 100");
    Exit exit = machine.awaitEnd(workspace).exit().orElseThrow();
    assertThat(exit.cause()).as(exit.toString()).isEqualTo(Exit.Cause.EVICTED);
  }

  @Test
  void whoBeganWithMoreThanItsClassAllowsIsEvictedOnlyOnceItHasGrown() throws Exception {
    machine.with(machine.settings().withStorageInterval(Duration.ofMillis(200))).start();
    machine.content.kind = InitializerMetrics.Kind.BACKUP;
    machine.content.command = List.of("/bin/sh", "-c", "head -c 20000000 /dev/urandom >big");
    Workspace full =
        machine.launch(
            Workspaces.pending("full"),
            new Initializer.Empty(),
            "echo up; while [ ! -e grow ]; do sleep 0.05; done;"
                + " head -c 5000000 /dev/urandom >more; sleep 100");
    machine.awaitOutput(full, "up");
    machine.content.kind = InitializerMetrics.Kind.GIT;
    Workspace other = machine.running("other", "sleep 100");
    // It is measured in the same rounds, and was not restored.
    assertThat(machine.awaitEnd(other).exit().orElseThrow().cause()).isEqualTo(Exit.Cause.EVICTED);
    assertThat(machine.seen(full).stage()).isEqualTo(Stage.STARTED);

    Files.createFile(machine.folder(full).content().resolve("grow"));

    Exit exit = machine.awaitEnd(full).exit().orElseThrow();
    assertThat(exit.cause()).isEqualTo(Exit.Cause.EVICTED);
    assertThat(exit.lastWords()).endsWith("and it has grown since it was restored");
  }

  @Test
  void outputIsBoundedAndItsEndKept() throws Exception {
    machine.with(machine.settings().withLogBytes(10_000)).start();
    Workspace workspace =
        machine.running("talker", "i=0; while [ $i -lt 9000 ]; do echo line $i; i=$((i+1)); done");
    Exit exit = machine.awaitEnd(workspace).exit().orElseThrow();
    assertThat(exit.lastWords()).endsWith("line 8998\nline 8999");
    InstanceFolder folder = machine.folder(workspace);
    assertThat(folder.earlierOutput()).hasSize(10_000);
    assertThat(folder.output().toFile().length()).isLessThan(10_000);
    try (var output = machine.runtime().output("talker")) {
      assertThat(new String(output.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
          .hasSizeBetween(10_000, 20_000)
          .endsWith("line 8999\n");
    }
  }

  @Test
  void lastWordsCanBeReadUntilTheInstanceIsForgotten() throws Exception {
    machine.with(machine.settings().withLogBytes(100_000)).start();
    Workspace workspace =
        machine.running("talker", "i=0; while [ $i -lt 9000 ]; do echo line $i; i=$((i+1)); done");
    machine.awaitEnd(workspace);
    machine.runtime().remove(workspace);
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> machine.seen(workspace).equals(Observation.ABSENT));
    machine.crash();
    machine.start();

    try (InputStream output = machine.runtime().follow("talker").orElseThrow()) {
      assertThat(new String(output.readAllBytes(), StandardCharsets.UTF_8))
          .hasSizeBetween(LastOutputs.MOST - 20, LastOutputs.MOST)
          .startsWith("line ")
          .endsWith("line 8999\n");
    }
    assertThat(data.resolve("last-output/talker")).exists();

    machine.store.delete("talker");
    assertThat(machine.runtime().follow("talker")).isEmpty();
    machine.crash();
    machine.known.clear();
    machine.start();
    assertThat(data.resolve("last-output/talker")).doesNotExist();
  }
}
