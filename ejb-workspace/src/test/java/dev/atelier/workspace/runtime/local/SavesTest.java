// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Disposal;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceStatus;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the local runtime does so that no work is lost. */
class SavesTest {
  private static final Capture BACKUP =
      new Capture("live-1", Capture.Kind.BACKUP, Instant.parse("2030-01-01T00:00:00Z"));
  private static final SnapshotUrl SNAPSHOT = new SnapshotUrl("a".repeat(32));

  @TempDir Path data;
  private LocalMachine machine;

  @BeforeEach
  void start() throws Exception {
    machine = new LocalMachine(data);
    machine.with(
        machine
            .settings()
            .with(
                s ->
                    s.unsavedInterval(Duration.ofMillis(100))
                        .entries(List.of(LocalRuntimeTest.SHELL))));
    machine.start();
  }

  @AfterEach
  void close() throws Exception {
    machine.close();
  }

  private Workspace writing(String id, String file) throws WorkspaceFault {
    Workspace workspace = machine.running(id, "echo x >" + file + "; echo up; exec sleep 1000");
    machine.awaitOutput(workspace, "up");
    return workspace;
  }

  private Workspace end(Workspace workspace) throws WorkspaceFault {
    machine.runtime().terminate(workspace.id(), Duration.ZERO);
    machine.awaitEnd(workspace);
    return stopped(workspace, false);
  }

  private static Workspace stopped(Workspace workspace, boolean saved) {
    WorkspaceStatus status = workspace.status();
    return workspace.withStatus(
        status.with(
            s ->
                s.phase(Phase.STOPPED)
                    .conditions(status.conditions().withFinalBackupComplete(saved))
                    .progress(
                        status
                            .progress()
                            .with(
                                p ->
                                    p.contentReadyAt(Optional.of(Instant.EPOCH))
                                        .save(Optional.of(Save.BACKUP))))));
  }

  private void remove(Workspace workspace) throws WorkspaceFault {
    machine.runtime().remove(workspace);
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> machine.seen(workspace).equals(Observation.ABSENT));
  }

  private Observation awaitDisposal(Workspace workspace, SaveState state) {
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> machine.seen(workspace).disposal().state() == state);
    return machine.seen(workspace);
  }

  @Test
  void contentIsCopiedWhileItsProcessRuns() throws Exception {
    Workspace workspace = writing("runs", "work");
    machine.runtime().copy(workspace, BACKUP);
    machine.runtime().copy(workspace, BACKUP);
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(
            () ->
                machine.seen(workspace).captures().stream()
                    .anyMatch(c -> c.state() == SaveState.COMPLETE));
    assertThat(machine.seen(workspace).captures())
        .extracting(Capture.Seen::url)
        .containsExactly("test:live-1");
    assertThat(machine.content.saved).containsExactly("live-1: work");
    assertThat(machine.seen(workspace).stage()).isEqualTo(Stage.STARTED);
  }

  @Test
  void statusIsTakenOfWhatHasEndedAlone() throws Exception {
    Initializer git =
        new Initializer.Git(
            "http://127.0.0.1:9/r",
            "",
            CloneTargetMode.REMOTE_HEAD,
            "",
            "r",
            Map.of(),
            GitAuthentication.NONE,
            false);
    Workspace workspace =
        machine.launch(
            Workspaces.pending("looked", WorkspaceType.REGULAR), git, "echo up; exec sleep 1000");
    machine.awaitOutput(workspace, "up");
    machine.runtime().copy(workspace, BACKUP);
    await().atMost(LocalMachine.PATIENCE).until(() -> machine.content.saved.contains("live-1: "));
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(
            () ->
                machine.seen(workspace).captures().stream()
                    .anyMatch(c -> c.state() == SaveState.COMPLETE));
    assertThat(machine.content.looked).isEmpty();
    assertThat(machine.seen(workspace).repo()).isEmpty();
    Workspace ended = end(workspace);
    machine.runtime().dispose(ended, Save.BACKUP);
    assertThat(awaitDisposal(ended, SaveState.COMPLETE).repo()).isPresent();
    assertThat(machine.content.looked).containsExactly("r");
  }

  @Test
  void copyThatFailsHarmsNothing() throws Exception {
    Workspace workspace = writing("away", "work");
    machine.content.refusal = "the store is away";
    machine.runtime().copy(workspace, BACKUP);
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(
            () ->
                machine.seen(workspace).captures().stream()
                    .anyMatch(c -> c.message().equals("the store is away")));
    assertThat(machine.seen(workspace).stage()).isEqualTo(Stage.STARTED);
    assertThat(machine.seen(workspace).failure()).isEmpty();
  }

  @Test
  void finalBackupIsTriedUntilItIsComplete() throws Exception {
    Workspace workspace = writing("late", "work");
    Workspace ended = end(workspace);
    machine.content.refusal = "the store is away";
    machine.runtime().dispose(ended, Save.BACKUP);
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> machine.seen(ended).disposal().message().contains("the store is away"));
    assertThat(machine.seen(ended).disposal().state()).isEqualTo(SaveState.RUNNING);
    machine.content.refusal = "";
    assertThat(awaitDisposal(ended, SaveState.COMPLETE).disposal().url())
        .isEqualTo("test:final of late");
    remove(stopped(workspace, true));
    assertThat(machine.folder(workspace).content()).doesNotExist();
    assertThat(machine.runtime().unsaved()).isEmpty();
  }

  @Test
  void contentThatCannotBeSavedStaysUntilItCan() throws Exception {
    Workspace workspace = writing("stays", "work");
    Workspace ended = end(workspace);
    machine.content.refusal = "the store is away";
    machine.runtime().dispose(ended, Save.BACKUP);
    awaitDisposal(ended, SaveState.RUNNING);
    remove(ended);
    assertThat(machine.folder(workspace).content().resolve("work")).exists();
    assertThat(machine.runtime().unsaved()).extracting(UnsavedContent::id).containsExactly("stays");
    assertThat(machine.runtime().unsavedCount()).isEqualTo(1);
    machine.content.refusal = "";
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> Files.notExists(machine.folder(workspace).content()));
    assertThat(machine.content.saved).containsExactly("final of stays: work");
    await().atMost(LocalMachine.PATIENCE).until(() -> machine.runtime().unsaved().isEmpty());
    assertThat(machine.runtime().unsavedCount()).isZero();
  }

  @Test
  void nextInstanceGoesOnWithUnsavedContent() throws Exception {
    Workspace first = writing("first", "work");
    machine.content.refusal = "the store is away";
    remove(end(first));
    machine.store.delete("first");
    Workspace second =
        Workspaces.pending("second", WorkspaceType.REGULAR)
            .withSpec(first.spec().with(s -> s.metaId(first.spec().metaId())));
    machine.launch(second, new Initializer.Empty(), "ls; echo up; exec sleep 1000");
    machine.awaitOutput(second, "up");
    assertThat(machine.output(second)).contains("work");
    assertThat(machine.awaitReady(second).note()).contains("goes on with what instance first");
    assertThat(machine.runtime().unsaved()).isEmpty();
  }

  @Test
  void unsavedContentIsSavedAfterAnEndInTheMiddleOfATry() throws Exception {
    Workspace first = writing("first", "work");
    machine.content.refusal = "the store is away";
    remove(end(first));
    machine.crash();
    // What a try makes, and removes at its end.
    Files.createDirectories(machine.folder(first).contentHome());
    machine.content.refusal = "";

    machine.start();

    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> machine.content.saved.contains("final of first: work"));
    assertThat(machine.seen(first)).isEqualTo(Observation.ABSENT);
    await().atMost(LocalMachine.PATIENCE).until(() -> !machine.folder(first).exists());
  }

  @Test
  void unsavedContentOfANewerFormatIsLeftAlone() throws Exception {
    Workspace first = writing("first", "work");
    machine.content.refusal = "the store is away";
    remove(end(first));
    Path file = machine.folder(first).data().resolve("unsaved/first");
    machine.crash();
    assertThat(file).content().contains("format=1");
    Files.writeString(file, Files.readString(file).replace("format=1", "format=2"));
    machine.content.refusal = "";
    machine.start();

    assertThat(machine.runtime().unsaved()).isEmpty();
    assertThat(machine.runtime().letGo("first")).isFalse();
    Workspace second = writing("second", "more");
    remove(end(second));
    assertThat(machine.content.saved).noneMatch(saved -> saved.contains("final of first"));
    assertThat(machine.folder(first).content().resolve("work")).exists();
    machine.crash();
    Files.writeString(file, Files.readString(file).replace("format=2", "format=1"));
    machine.start();
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> machine.content.saved.contains("final of first: work"));
  }

  @Test
  void abortDoesNotTakeWhatWasTakenOver() throws Exception {
    Workspace first = writing("first", "work");
    machine.content.refusal = "the store is away";
    remove(end(first));
    machine.store.delete("first");
    Workspace second = Workspaces.pending("second", WorkspaceType.REGULAR).withSpec(first.spec());
    machine.launch(second, new Initializer.Empty(), "echo up; exec sleep 1000");
    machine.awaitOutput(second, "up");
    Workspace ended = end(second);
    remove(
        ended.with(
            w ->
                w.controls(ended.controls().withStop(Optional.of(StopPolicy.ABORT)))
                    .status(
                        ended
                            .status()
                            .withConditions(ended.status().conditions().withAborted(true)))));
    assertThat(machine.runtime().unsaved())
        .extracting(UnsavedContent::id)
        .containsExactly("second");
    assertThat(machine.folder(second).content().resolve("work")).exists();
  }

  @Test
  void administratorLetsGoOfUnsavedContent() throws Exception {
    Workspace workspace = writing("go", "work");
    machine.content.refusal = "the store is away";
    remove(end(workspace));
    assertThat(machine.runtime().letGo("go")).isTrue();
    assertThat(machine.folder(workspace).content()).doesNotExist();
    assertThat(machine.runtime().letGo("go")).isFalse();
    assertThat(machine.runtime().unsaved()).isEmpty();
  }

  @Test
  void abortedContentGoes() throws Exception {
    Workspace workspace = writing("aborted", "work");
    Workspace ended = end(workspace);
    remove(
        ended.withStatus(
            ended.status().withConditions(ended.status().conditions().withAborted(true))));
    assertThat(machine.folder(workspace).content()).doesNotExist();
    assertThat(machine.runtime().unsaved()).isEmpty();
  }

  @Test
  void logOfAHeadlessInstanceIsKept() throws Exception {
    assertThat(disposedPrebuild().url()).isEqualTo("test:" + SNAPSHOT.id());
    assertThat(machine.content.saved).containsExactly("log: done", SNAPSHOT.id() + ": out");
  }

  @Test
  void prebuildIsSavedThoughItsLogCannotBeKept() throws Exception {
    machine.content.refusesLogs = true;
    assertThat(disposedPrebuild().url()).isEqualTo("test:" + SNAPSHOT.id());
    assertThat(machine.content.saved).containsExactly(SNAPSHOT.id() + ": out");
  }

  private Disposal disposedPrebuild() throws Exception {
    Workspace prebuild = Workspaces.pending("pre", WorkspaceType.PREBUILD);
    WorkspaceStatus status = prebuild.status();
    Workspace asked =
        prebuild.withStatus(
            status.withProgress(status.progress().withSnapshotId(Optional.of(SNAPSHOT.id()))));
    machine.launch(asked, new Initializer.Empty(), "echo built >out; echo done");
    machine.awaitEnd(asked);
    machine.runtime().dispose(asked, Save.SNAPSHOT);
    return awaitDisposal(asked, SaveState.COMPLETE).disposal();
  }

  @Test
  void startWaitsForASnapshotThatIsUnderWay() throws Exception {
    CompletableFuture<Optional<Snapshot>> settled = new CompletableFuture<>();
    machine.snapshots.put(SNAPSHOT.id(), settled);
    Workspace workspace = Workspaces.pending("waits", WorkspaceType.REGULAR);
    machine.launch(
        workspace,
        new Initializer.Snapshot(SNAPSHOT.toString(), false),
        "echo up; exec sleep 1000");
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> machine.seen(workspace).message().contains("waiting for the snapshot"));
    assertThat(machine.seen(workspace).stage()).isEqualTo(Stage.INITIALIZING);
    settled.complete(Optional.empty());
    machine.awaitOutput(workspace, "up");
  }

  @Test
  void startFromAFailedSnapshotFailsAndSaysWhy() throws Exception {
    Snapshot failed = Snapshot.of(Workspaces.running(), SNAPSHOT.id(), Instant.EPOCH);
    machine.snapshots.put(
        SNAPSHOT.id(),
        CompletableFuture.completedFuture(Optional.of(failed.settled("disk full", Instant.EPOCH))));
    Workspace workspace = Workspaces.pending("fails", WorkspaceType.REGULAR);
    machine.launch(workspace, new Initializer.Snapshot(SNAPSHOT.toString(), false), "true");
    assertThat(machine.awaitEnd(workspace).failure())
        .isEqualTo(
            "Content initialization failed: the snapshot that it starts from failed: disk full");
  }

  @Test
  void contentThatMayComeLaterIsWaitedFor() throws Exception {
    machine.content.passing = true;
    machine.content.command = List.of("false");
    Workspace workspace = Workspaces.pending("later", WorkspaceType.REGULAR);
    machine.launch(workspace, new Initializer.Empty(), "echo up; exec sleep 1000");
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> machine.seen(workspace).message().contains("is waited for"));
    assertThat(machine.seen(workspace).failure()).isEmpty();
    machine.content.command = List.of("true");
    machine.content.note = "restored";
    machine.awaitOutput(workspace, "up");
    assertThat(machine.awaitReady(workspace).note()).isEqualTo("restored");
  }
}
