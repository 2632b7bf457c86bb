// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import static dev.atelier.workspace.content.backup.BackupFixture.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.content.FolderSandbox;
import dev.atelier.workspace.content.agent.AgentProcess;
import dev.atelier.workspace.content.agent.AgentResult;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.WorkspaceType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that save and restore, killed at random moments. */
class CrashTest {
  private static final int KILLS = 25;
  private static final int FILES = 60;

  @TempDir Path parent;
  private final long seed = Long.getLong("crash.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private BackupFixture fixture;

  @BeforeEach
  void open() throws IOException {
    System.out.println("CrashTest: -Dcrash.seed=" + seed);
    fixture = new BackupFixture(parent);
  }

  private AgentProcess agent(String instance, int n) throws IOException {
    return new AgentProcess(
        parent,
        instance,
        BackupFixture.created(n),
        WorkspaceType.REGULAR,
        Optional.of(new Initializer.Empty()));
  }

  private void fill(Path folder, int version) throws IOException {
    byte[] bytes = new byte[20_000];
    for (int i = 0; i < FILES; i++) {
      random.nextBytes(bytes);
      Path file = folder.resolve("d" + i % 7).resolve("f" + i);
      Files.createDirectories(file.getParent());
      Files.write(file, HexFormat.of().formatHex(bytes).getBytes(StandardCharsets.US_ASCII));
    }
    Files.writeString(folder.resolve("version"), Integer.toString(version));
  }

  /** Runs it, and kills it at some moment of the time that it would take; whether it was done. */
  private boolean killed(AgentProcess agent, Duration whole, String command) throws Exception {
    Process process = agent.start(command);
    long after = random.nextLong(whole.toMillis() / 4, whole.toMillis() * 5 / 4);
    if (!process.waitFor(after, TimeUnit.MILLISECONDS)) {
      AgentProcess.kill(process);
    }
    try {
      return AgentResult.parse(Files.readString(agent.result())).outcome()
          == AgentResult.Outcome.DONE;
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }

  private static Duration timed(AgentProcess agent, String... command) throws Exception {
    long begin = System.nanoTime();
    assertThat(agent.run(command).outcome()).isEqualTo(AgentResult.Outcome.DONE);
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private Map<String, String> restored() throws Exception {
    FolderSandbox to = fixture.sandbox("to");
    Restored restored = fixture.backups.restoreBackup(to, AgentProcess.KEY, 0).orElseThrow();
    assertThat(restored.notes()).as("damaged ones").isEmpty();
    return tree(to.folder());
  }

  @Test
  void nothingCompleteIsLostAndNothingTornIsSeen() throws Exception {
    AgentProcess first = agent("instance-0", 0);
    fill(first.folder(), 0);
    timed(first, "backup");
    Duration whole = timed(agent("instance-0", 0), "snapshot", "0".repeat(32));
    Map<String, String> before = tree(first.folder());
    int done = 0;
    for (int n = 1; n <= KILLS; n++) {
      AgentProcess agent = agent("instance-" + n, n);
      fill(agent.folder(), n);
      Map<String, String> now = tree(agent.folder());
      boolean complete = killed(agent, whole, "backup");
      done += complete ? 1 : 0;
      assertThat(restored()).isIn(complete ? List.of(now) : List.of(before, now));
      fixture.backups.saveFinal(
          fixture.sandbox("instance-" + n),
          AgentProcess.KEY,
          "instance-" + n,
          BackupFixture.created(n));
      assertThat(restored()).isEqualTo(now);
      before = now;
    }
    System.out.println(
        "CrashTest: " + done + " of " + KILLS + " were done before the kill, in " + whole);
    assertThat(done).isLessThan(KILLS);
  }

  @Test
  void aRestoreThatWasKilledIsDoneAgainWhole() throws Exception {
    AgentProcess first = agent("instance-0", 0);
    fill(first.folder(), 0);
    first.run("backup");
    Map<String, String> expected = tree(first.folder());
    AgentProcess next = agent("instance-1", 1);
    timed(next, "initialize");
    Duration whole = timed(next, "initialize");
    int half = 0;
    for (int n = 1; n <= KILLS; n++) {
      Files.writeString(next.folder().resolve("left-" + n), "over");
      killed(next, whole, "initialize");
      half += tree(next.folder()).equals(expected) ? 0 : 1;
      FolderSandbox again = fixture.sandbox("instance-1");
      assertThat(fixture.backups.restoreBackup(again, AgentProcess.KEY, 0)).isPresent();
      assertThat(tree(next.folder())).isEqualTo(expected);
    }
    System.out.println("CrashTest: " + half + " of " + KILLS + " were cut off, in " + whole);
    assertThat(half).isPositive();
  }
}
