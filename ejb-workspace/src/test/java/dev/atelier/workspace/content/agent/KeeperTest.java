// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.content.agent.AgentResult.Outcome;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.WorkspaceType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keepers as processes of their own, which are killed and started again. */
@Timeout(60)
class KeeperTest {
  private static final String SNAPSHOT = "0123456789abcdef0123456789abcdef";
  private static final Initializer EMPTY = new Initializer.Empty();

  @TempDir Path parent;
  private Path state;
  private Path out;
  private Path report;
  private Process process;

  @BeforeEach
  void folders() throws Exception {
    state = Files.createDirectory(parent.resolve("state"));
    out = Files.createDirectory(parent.resolve("out"));
    report = parent.resolve("report");
  }

  @AfterEach
  void end() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  private AgentProcess keeper(WorkspaceType type, Initializer initializer) throws Exception {
    return keeper(type, initializer, "");
  }

  private AgentProcess keeper(WorkspaceType type, Initializer initializer, String more)
      throws Exception {
    AgentProcess agent =
        new AgentProcess(parent, "one", Instant.EPOCH, type, Optional.of(initializer));
    Path order = parent.resolve("one.order");
    Files.writeString(
        order,
        Files.readString(order)
            + "keeper.snapshot="
            + SNAPSHOT
            + "\nkeeper.finalization=3s\n"
            + more);
    process = agent.keep(state, out, report);
    return agent;
  }

  private void awaitFile(String name) {
    await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(state.resolve(name)));
  }

  private AgentResult ended() throws Exception {
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    AgentResult result = AgentResult.parse(Files.readString(report));
    assertThat(process.exitValue()).isEqualTo(result.outcome().exitCode());
    return result;
  }

  @Test
  void savesWhenTheWorkspaceHasEnded() throws Exception {
    AgentProcess keeper = keeper(WorkspaceType.REGULAR, EMPTY);
    awaitFile("ready");
    assertThat(state.resolve("ready")).hasContent("first");
    Files.writeString(keeper.folder().resolve("work"), "work");
    Files.createFile(state.resolve("end"));
    AgentResult result = ended();
    assertThat(result.outcome()).isEqualTo(Outcome.DONE);
    assertThat(result.values())
        .containsEntry("save", "backup")
        .containsEntry("content", "ready")
        .containsEntry("origin", "new")
        .containsEntry("content-bytes", "4");
    assertThat(result.values().get("url")).startsWith("atelier-backup:owner/meta/");
  }

  @Test
  void goesOnWhereItWasKilled() throws Exception {
    AgentProcess keeper = keeper(WorkspaceType.REGULAR, EMPTY);
    awaitFile("ready");
    Files.writeString(keeper.folder().resolve("work"), "work");
    process.destroyForcibly().waitFor();
    process = keeper.keep(state, out, report);
    Files.createFile(state.resolve("end"));
    assertThat(ended().values()).containsEntry("content-bytes", "4");
  }

  @Test
  void doesWhatItIsAskedTo() throws Exception {
    AgentProcess keeper = keeper(WorkspaceType.REGULAR, EMPTY);
    awaitFile("ready");
    Files.writeString(keeper.folder().resolve("work"), "work");
    ask("live-1", "live-backup 1");
    AgentResult live = AgentResult.parse(Files.readString(state.resolve("results/live-1")));
    assertThat(live.values()).containsEntry("written", "true");
    ask(SNAPSHOT, "snapshot " + SNAPSHOT);
    AgentResult snapshot =
        AgentResult.parse(Files.readString(state.resolve("results/" + SNAPSHOT)));
    assertThat(snapshot.values()).containsEntry("url", "atelier-snapshot:" + SNAPSHOT);
    ask("wrong", "dance");
    assertThat(AgentResult.parse(Files.readString(state.resolve("results/wrong"))).outcome())
        .isEqualTo(Outcome.FAILED);
    Files.createFile(state.resolve("end"));
    assertThat(ended().outcome()).isEqualTo(Outcome.DONE);
  }

  private void ask(String name, String command) throws Exception {
    Files.writeString(state.resolve("requests/." + name), command);
    Files.move(state.resolve("requests/." + name), state.resolve("requests/" + name));
    awaitFile("results/" + name);
  }

  @Test
  void snapshotsThatWereAskedForAreMadeBeforeTheEnd() throws Exception {
    keeper(WorkspaceType.REGULAR, EMPTY);
    awaitFile("ready");
    Files.createFile(state.resolve("end"));
    Files.writeString(state.resolve("requests/.x"), "snapshot " + SNAPSHOT);
    // Both are there before it looks, or the second one while it saves: found in each case.
    Files.move(state.resolve("requests/.x"), state.resolve("requests/" + SNAPSHOT));
    assertThat(ended().outcome()).isEqualTo(Outcome.DONE);
  }

  @Test
  void whatAVolumeHoldsIsNeitherMadeNorSaved() throws Exception {
    keeper(WorkspaceType.REGULAR, EMPTY, "keeper.holds=Restored from one\nkeeper.volume=true\n");
    awaitFile("ready");
    assertThat(state.resolve("ready")).hasContent("again");
    Files.writeString(out.resolve("exit"), "143 told\n");
    Files.createFile(state.resolve("end"));
    assertThat(ended().values())
        .containsEntry("origin", "backup")
        .containsEntry("note", "Restored from one")
        .containsEntry("save", "volume")
        .containsEntry("end", "told")
        .doesNotContainKey("url");
    assertThat(parent.resolve("store/objects/backups")).doesNotExist();
  }

  @Test
  void anOrderMayComeLater() throws Exception {
    Path order = parent.resolve("one.order");
    Path away = parent.resolve("away");
    AgentProcess agent =
        new AgentProcess(parent, "one", Instant.EPOCH, WorkspaceType.REGULAR, Optional.of(EMPTY));
    Files.move(order, away);
    process = agent.keep(state, out, report);
    assertThat(process.waitFor(2, TimeUnit.SECONDS)).isFalse();
    assertThat(state.resolve("ready")).doesNotExist();
    Files.move(away, order);
    awaitFile("ready");
    Files.createFile(state.resolve("end"));
    assertThat(ended().values()).containsEntry("save", "backup");
  }

  @Test
  void withoutAnOrderThereIsNothingToKeep() throws Exception {
    AgentProcess agent =
        new AgentProcess(parent, "one", Instant.EPOCH, WorkspaceType.REGULAR, Optional.of(EMPTY));
    Files.delete(parent.resolve("one.order"));
    process = agent.keep(state, out, report);
    Files.createFile(state.resolve("end"));
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(report).doesNotExist();
  }

  @Test
  void nothingIsSavedOfWhatIsAborted() throws Exception {
    keeper(WorkspaceType.REGULAR, EMPTY);
    awaitFile("ready");
    Files.createFile(state.resolve("abort"));
    Files.createFile(state.resolve("end"));
    assertThat(ended().values()).containsEntry("save", "nothing").doesNotContainKey("url");
    assertThat(parent.resolve("store/objects/backups")).doesNotExist();
  }

  @Test
  void aPrebuildLeavesASnapshotWhenItsTasksCameToAnEnd() throws Exception {
    keeper(WorkspaceType.PREBUILD, EMPTY);
    awaitFile("ready");
    Files.writeString(out.resolve("exit"), "1 self\n");
    Files.writeString(out.resolve("task-0.log"), "said\n");
    Files.createSymbolicLink(out.resolve("task-1.log"), parent.resolve("one.order"));
    Files.createFile(state.resolve("end"));
    assertThat(ended().values())
        .containsEntry("save", "snapshot")
        .containsEntry("url", "atelier-snapshot:" + SNAPSHOT);
    assertThat(parent.resolve("store/objects/logs/owner/meta/one.log")).hasContent("said");
  }

  @Test
  void aPrebuildThatWasToldToEndLeavesNone() throws Exception {
    keeper(WorkspaceType.PREBUILD, EMPTY);
    awaitFile("ready");
    Files.writeString(out.resolve("exit"), "143 told\n");
    Files.createFile(state.resolve("end"));
    assertThat(ended().values()).containsEntry("save", "nothing");
  }

  @Test
  void contentThatCannotBeMadeIsToldAtOnceAndAgain() throws Exception {
    AgentProcess keeper = keeper(WorkspaceType.REGULAR, new Initializer.Backup("", false));
    AgentResult result = ended();
    assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(result.message()).isEqualTo("there is no backup of owner/meta");
    assertThat(result.values()).containsEntry("content", "none");
    assertThat(state.resolve("failed")).hasContent("there is no backup of owner/meta");
    process = keeper.keep(state, out, report);
    Files.createFile(state.resolve("end"));
    assertThat(ended().message()).isEqualTo("there is no backup of owner/meta");
  }

  @Test
  void triesToSaveUntilItsTimeIsOver() throws Exception {
    keeper(WorkspaceType.REGULAR, EMPTY);
    awaitFile("ready");
    Files.move(parent.resolve("store"), parent.resolve("away"));
    Files.writeString(parent.resolve("store"), "in the way");
    long began = System.nanoTime();
    Files.createFile(state.resolve("end"));
    AgentResult result = ended();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(1));
    assertThat(result.outcome()).isIn(Outcome.RETRY, Outcome.REFUSED);
    assertThat(result.message()).isNotEmpty();
    assertThat(result.values()).containsEntry("save", "backup");
  }
}
