// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.FeatureFlag;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Progress;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChangeLogTest {
  private static final String NAMED = "instance i of workspace meta-i, owner owner: ";

  private final List<String> lines = new ArrayList<>();
  private final Logger logger = Logger.getLogger(ChangeLog.class.getName());
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          lines.add(line.getLevel() + " " + line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    logger.addHandler(handler);
  }

  @AfterEach
  void listenNoMore() {
    logger.removeHandler(handler);
  }

  private static Workspace in(Phase phase) {
    return Workspaces.in(phase, WorkspaceType.REGULAR);
  }

  private static Workspace failed(Workspace workspace, String why) {
    return workspace.withStatus(
        workspace.status().withConditions(workspace.status().conditions().withFailed(why)));
  }

  private void change(Workspace before, Workspace now) {
    ChangeLog.write(new WorkspaceChanged(Optional.ofNullable(before), now, 1));
  }

  @Test
  void aChangeOfThePhaseIsALine() {
    change(null, in(Phase.PENDING));
    change(in(Phase.PENDING), in(Phase.RUNNING));
    change(in(Phase.RUNNING), in(Phase.RUNNING));
    assertThat(lines).containsExactly("INFO " + NAMED + "PENDING", "INFO " + NAMED + "RUNNING");
  }

  @Test
  void flagsThatNobodyHonoursAreToldOnceAndWithTheStart() {
    Workspace plain = in(Phase.PENDING);
    Workspace asked =
        plain.withSpec(
            plain
                .spec()
                .withFeatureFlags(Set.of(FeatureFlag.SSH_CA, FeatureFlag.PSI, FeatureFlag.NOOP)));
    change(null, asked);
    change(asked, in(Phase.CREATING).withSpec(asked.spec()));
    change(null, plain.withSpec(plain.spec().withFeatureFlags(Set.of(FeatureFlag.NOOP))));
    assertThat(lines)
        .containsExactly(
            "INFO " + NAMED + "PENDING: feature flags without effect here: PSI, SSH_CA",
            "INFO " + NAMED + "CREATING",
            "INFO " + NAMED + "PENDING");
  }

  @Test
  void aFailureIsOneWarningWhateverProgramsWrote() {
    Workspace failed = failed(in(Phase.STOPPING), "exited with code 1:\nfake line\r\u001b[1m");
    change(in(Phase.RUNNING), failed);
    change(failed, failed(in(Phase.STOPPED), failed.status().conditions().failed()));
    assertThat(lines)
        .containsExactly(
            "WARNING " + NAMED + "STOPPING: failed: exited with code 1: fake line [1m",
            "INFO " + NAMED + "STOPPED");
  }

  @Test
  void aNoteOnContentIsSaidOnceWhenItIsKnown() {
    Workspace noted =
        in(Phase.RUNNING)
            .withStatus(
                in(Phase.RUNNING).status().withProgress(Progress.NONE.withNote("b is missing")));
    change(in(Phase.RUNNING), noted);
    change(noted, noted.withStatus(noted.status().withPhase(Phase.STOPPING)));
    assertThat(lines)
        .containsExactly("INFO " + NAMED + "note: b is missing", "INFO " + NAMED + "STOPPING");
  }

  @Test
  void whatIsSaidBesideAPhaseIsALineToo() {
    Workspace late = in(Phase.RUNNING);
    change(
        in(Phase.RUNNING),
        late.withStatus(
            late.status().withConditions(late.status().conditions().withTimeout("timed out"))));
    assertThat(lines).containsExactly("INFO " + NAMED + "timed out");
  }
}
