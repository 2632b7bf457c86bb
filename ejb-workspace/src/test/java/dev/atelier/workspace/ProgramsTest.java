// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that do what they should not. */
@Timeout(30)
class ProgramsTest {
  private static final Map<String, String> PATH = Map.of("PATH", "/usr/bin:/bin");
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(300);

  @TempDir Path folder;

  private static Programs.Program shell(String script, String input) {
    return new Programs.Program(List.of("sh", "-c", script), PATH, input, true);
  }

  private static Programs.Ended run(String script, String input) throws Exception {
    return Programs.run(shell(script, input), LONG, 1 << 20);
  }

  @Test
  void outputAndCodeAreThoseOfTheProgram() throws Exception {
    assertThat(run("cat; echo wrong >&2; exit 3", "in\n"))
        .isEqualTo(new Programs.Ended(3, "in\nwrong\n"));
    assertThat(run("true", "")).satisfies(ended -> assertThat(ended.well()).isTrue());
    Programs.Program quiet =
        new Programs.Program(List.of("sh", "-c", "echo wrong >&2; env | grep -c HOME"), PATH);
    assertThat(Programs.run(quiet, LONG, 100).output()).isEqualTo("0\n");
  }

  @Test
  void longInputAndLongOutputComeThroughWhole() throws Exception {
    String input = "0123456789abcdef\n".repeat(50_000);
    assertThat(run("cat", input).output()).isEqualTo(input);
    assertThat(run("true", input).well()).as("of which nothing is read").isTrue();
  }

  @Test
  void programThatNeverEndsIsKilled() {
    assertThatThrownBy(() -> Programs.run(shell("exec sleep 1000", ""), SHORT, 100))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("took longer than 300 ms");
  }

  @Test
  void programThatNeverReadsIsKilled() {
    String input = "0123456789abcdef\n".repeat(50_000);
    assertThatThrownBy(() -> Programs.run(shell("exec sleep 1000", input), SHORT, 100))
        .hasMessageContaining("took longer");
  }

  @Test
  void childrenThatHoldThePipeAreKilledWithAProgramThatIgnoresTerm() throws Exception {
    Path pids = folder.resolve("pids");
    String script =
        """
        trap '' TERM HUP
        sleep 1000 &
        echo $! >>%1$s
        (setsid sleep 1000 & echo $! >>%1$s)
        echo $$ >>%1$s
        while :; do sleep 1000; done
        """
            .formatted(pids);
    assertThatThrownBy(() -> Programs.run(shell(script, ""), Duration.ofSeconds(1), 100))
        .hasMessageContaining("took longer");
    List<String> begun = Files.readAllLines(pids);
    assertThat(begun).hasSize(3);
    await()
        .until(
            () ->
                begun.stream()
                    .noneMatch(
                        pid ->
                            ProcessHandle.of(Long.parseLong(pid))
                                .map(ProcessHandle::isAlive)
                                .orElse(false)));
  }

  @Test
  void nobodyWaitsForAChildThatHoldsThePipeOfOneThatHasEnded() throws Exception {
    Programs.Ended ended = run("sleep 1000 & echo $!", "");
    assertThat(ended.well()).isTrue();
    ProcessHandle.of(Long.parseLong(ended.output().strip()))
        .ifPresent(ProcessHandle::destroyForcibly);
  }

  @Test
  void programThatWritesWithoutEndIsKilled() {
    assertThatThrownBy(() -> Programs.run(shell("exec cat /dev/zero", ""), LONG, 100_000))
        .hasMessageContaining("wrote more than 100000 bytes");
  }

  @Test
  void whatIsNotThereCannotBeStarted() {
    assertThatThrownBy(
            () -> Programs.run(new Programs.Program(List.of("/no/such"), Map.of()), LONG, 100))
        .isInstanceOf(IOException.class);
  }
}
