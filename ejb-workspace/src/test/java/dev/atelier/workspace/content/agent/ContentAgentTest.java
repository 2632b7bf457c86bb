// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.content.agent.AgentResult.Outcome;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.WorkspaceType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentAgentTest {
  private static final String SNAPSHOT = "0123456789abcdef0123456789abcdef";

  @TempDir Path parent;

  private AgentProcess agent(String instance, Initializer initializer) throws Exception {
    return new AgentProcess(parent, instance, WorkspaceType.REGULAR, Optional.of(initializer));
  }

  @Test
  void whatOneAgentBacksUpAnotherOneStartsFrom() throws Exception {
    AgentProcess first = agent("first", new Initializer.Empty());
    AgentResult begun = first.run("initialize");
    assertThat(begun.outcome()).isEqualTo(Outcome.DONE);
    assertThat(begun.values()).containsEntry("origin", "new");
    Files.writeString(first.folder().resolve("work.txt"), "a day's work");
    AgentResult saved = first.run("backup");
    assertThat(saved.outcome()).isEqualTo(Outcome.DONE);
    assertThat(saved.values().get("url")).startsWith("atelier-backup:owner/meta/");

    AgentProcess second = agent("second", new Initializer.Empty());
    AgentResult restored = second.run("initialize");
    assertThat(restored.values())
        .containsEntry("origin", "backup")
        .containsEntry("metric.backup.bytes", "12");
    assertThat(second.folder().resolve("work.txt")).hasContent("a day's work");
  }

  @Test
  void liveBackupsAndSnapshotsAreMade() throws Exception {
    AgentProcess agent = agent("first", new Initializer.Empty());
    Files.writeString(agent.folder().resolve("work.txt"), "work");
    assertThat(agent.run("live-backup", "1").values()).containsEntry("written", "true");
    assertThat(agent.run("live-backup", "2").values()).containsEntry("written", "false");
    assertThat(agent.run("snapshot", SNAPSHOT).values())
        .containsEntry("url", "atelier-snapshot:" + SNAPSHOT);
    AgentProcess other =
        new AgentProcess(
            parent,
            "other",
            WorkspaceType.PREBUILD,
            Optional.of(new Initializer.Snapshot("atelier-snapshot:" + SNAPSHOT, false)));
    assertThat(other.run("initialize").values()).containsEntry("origin", "snapshot");
    assertThat(other.folder().resolve("work.txt")).exists();
  }

  @Test
  void gitStatusIsTold() throws Exception {
    AgentProcess agent = agent("first", new Initializer.Empty());
    Process git =
        new ProcessBuilder("git", "init", "-q", "-b", "main", agent.folder().toString()).start();
    assertThat(git.waitFor()).isZero();
    Files.writeString(agent.folder().resolve("new.txt"), "new");
    assertThat(agent.run("status", "").values())
        .containsEntry("branch", "main")
        .containsEntry("untracked", "1")
        .containsEntry("untracked.000", "new.txt");
  }

  @Test
  void faultsSayWhatToDo() throws Exception {
    AgentProcess agent = agent("first", new Initializer.Backup("", false));
    AgentResult none = agent.run("initialize");
    assertThat(none).isEqualTo(AgentResult.of(Outcome.FAILED, "there is no backup of owner/meta"));
    AgentProcess unknown =
        agent("second", new Initializer.Snapshot("atelier-snapshot:" + SNAPSHOT, false));
    assertThat(unknown.run("initialize").outcome()).isEqualTo(Outcome.UNUSABLE);
    for (List<String> wrong :
        List.of(List.of("dance"), List.of("snapshot"), List.of("snapshot", "../x"))) {
      assertThat(agent.run(wrong.toArray(String[]::new)).outcome()).isEqualTo(Outcome.FAILED);
    }
    Files.move(parent.resolve("store"), parent.resolve("away"));
    Files.writeString(parent.resolve("store"), "in the way");
    assertThat(agent.run("backup").outcome()).isIn(Outcome.RETRY, Outcome.REFUSED);
  }
}
