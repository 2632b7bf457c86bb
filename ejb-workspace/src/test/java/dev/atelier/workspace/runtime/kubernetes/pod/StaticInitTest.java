// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The first process of a workspace's container, as process 1 of a namespace of its own. */
@EnabledIf("possible")
@Timeout(60)
class StaticInitTest {
  private static final Path SOURCE = Path.of("../config/kubernetes/images/agent/init.c");

  @TempDir static Path built;
  @TempDir Path folder;
  private Path state;
  private Process process;

  static boolean possible() throws Exception {
    boolean possible =
        run("sh", "-c", "command -v gcc && unshare --user --map-root-user --pid --fork true") == 0;
    if (!possible) {
      System.out.println("left out, for gcc or namespaces are missing: the static init");
    }
    return possible;
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  @BeforeAll
  static void build() throws Exception {
    assertThat(run("gcc", "-static", "-o", built.resolve("init").toString(), SOURCE.toString()))
        .isZero();
  }

  @BeforeEach
  void folders() throws Exception {
    state = Files.createDirectory(folder.resolve("state"));
    Files.createDirectory(folder.resolve("start"));
    Files.createDirectory(folder.resolve("out"));
  }

  @AfterEach
  void end() {
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private void start(String script) throws IOException {
    start(List.of(), script);
  }

  /** Started by a program of those words, which executes the words that follow them. */
  private void start(List<String> by, String script) throws IOException {
    Files.writeString(folder.resolve("start/first"), script);
    List<String> command = new ArrayList<>(by);
    command.addAll(
        List.of(
            "unshare",
            "--user",
            "--map-root-user",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            built.resolve("init").toString(),
            "/bin/sh",
            state.toString(),
            folder.resolve("start").toString(),
            folder.resolve("out").toString()));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
  }

  private void ready() throws IOException {
    Files.writeString(state.resolve(".ready"), "first\n");
    Files.move(state.resolve(".ready"), state.resolve("ready"));
  }

  private void term() throws Exception {
    await().until(() -> process.children().findAny().isPresent());
    long init = process.children().findAny().orElseThrow().pid();
    assertThat(run("kill", "-TERM", Long.toString(init))).isZero();
  }

  private int code() throws InterruptedException {
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private void awaitOutput(String text) {
    await()
        .until(
            () -> Files.readString(folder.resolve("log"), StandardCharsets.UTF_8).contains(text));
  }

  @Test
  void waitsForTheContentAndKeepsTheExitCode() throws Exception {
    start("echo began; exit 7");
    assertThat(process.waitFor(500, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(folder.resolve("log")).hasContent("");
    ready();
    assertThat(code()).isEqualTo(7);
    assertThat(folder.resolve("out/exit")).hasContent("7 self");
  }

  @Test
  void runsWhatTheKeeperSaysAndTheFirstOneOtherwise() throws Exception {
    Files.writeString(folder.resolve("start/again"), "exit 9");
    start("exit 7");
    Files.writeString(state.resolve(".ready"), "again\n");
    Files.move(state.resolve(".ready"), state.resolve("ready"));
    assertThat(code()).isEqualTo(9);
  }

  @Test
  void passesTermOn() throws Exception {
    start("trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.1; done");
    ready();
    awaitOutput("up");
    term();
    assertThat(code()).isEqualTo(5);
    assertThat(folder.resolve("out/exit")).hasContent("5 told");
    assertThat(Files.readString(folder.resolve("log"))).contains("bye");
  }

  @Test
  void killsWhatIsLeftWhenTheGraceIsOver() throws Exception {
    Files.writeString(state.resolve("grace"), "1\n");
    start("trap '' TERM; (trap '' TERM; exec sleep 100) & echo up; while :; do sleep 0.1; done");
    ready();
    awaitOutput("up");
    long began = System.nanoTime();
    term();
    assertThat(code()).isEqualTo(137);
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isBetween(Duration.ofMillis(900), Duration.ofSeconds(5));
  }

  @Test
  void aShorterGraceMayComeLater() throws Exception {
    start("trap '' TERM; echo up; while :; do sleep 0.1; done");
    ready();
    awaitOutput("up");
    term();
    assertThat(process.waitFor(1, TimeUnit.SECONDS)).isFalse();
    Files.writeString(state.resolve("grace"), "1\n");
    assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void helpersEndInPeaceAfterTerm() throws Exception {
    start(
        "(trap 'sleep 0.5; echo flushed; exit' TERM; echo up; while :; do sleep 0.1; done) &"
            + " exec sleep 100");
    ready();
    awaitOutput("up");
    term();
    assertThat(code()).isEqualTo(143);
    assertThat(Files.readString(folder.resolve("log"))).contains("flushed");
  }

  @Test
  void endsBeforeThereIsContent() throws Exception {
    start("exit 7");
    term();
    assertThat(code()).isEqualTo(143);
    start("exit 7");
    Files.writeString(state.resolve("failed"), "no content\n");
    assertThat(code()).isEqualTo(1);
  }

  @Test
  void signalsAreAsUsualInsideWhoeverStartsIt() throws Exception {
    start(
        List.of("sh", "-c", "trap '' HUP INT QUIT USR1 TERM; exec \"$@\"", "sh"),
        "grep -E 'Sig(Blk|Ign)' /proc/self/status");
    ready();
    assertThat(code()).isZero();
    for (String line : Files.readAllLines(folder.resolve("log"))) {
      long mask = Long.parseUnsignedLong(line.substring(line.indexOf('\t') + 1), 16);
      // 1 to 31: those that programs know.
      assertThat(mask & 0x7FFF_FFFF).as(line).isZero();
    }
  }
}
