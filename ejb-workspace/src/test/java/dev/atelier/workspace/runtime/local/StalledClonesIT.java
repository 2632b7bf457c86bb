// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.content.archive.ArchiveSettings;
import dev.atelier.workspace.content.archive.Archives;
import dev.atelier.workspace.content.backup.BackupSettings;
import dev.atelier.workspace.content.backup.Backups;
import dev.atelier.workspace.content.initializer.ContentInitialization;
import dev.atelier.workspace.content.initializer.ContentSettings;
import dev.atelier.workspace.content.initializer.GitServer;
import dev.atelier.workspace.content.initializer.Repositories;
import dev.atelier.workspace.content.store.FolderContentStore;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.Workspaces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clones from a server that says nothing, and what others have of that. */
class StalledClonesIT {
  private static final String RUN = "echo up; sleep 1000";

  @TempDir Path data;
  @TempDir Path served;
  private final List<Socket> asking = new CopyOnWriteArrayList<>();
  private ServerSocket silent;
  private GitServer server;
  private ContentInitialization content;
  private LocalMachine machine;

  @BeforeEach
  void start() throws Exception {
    silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept).start();
    Repositories repositories = new Repositories(served);
    repositories.simple("r");
    server = new GitServer(repositories.served());
    InstantSource clock = InstantSource.system();
    ThreadFactory threads = StalledClonesIT::daemon;
    Backups backups =
        new Backups(
            new FolderContentStore(data.resolve("content"), clock),
            new Archives(ArchiveSettings.defaults(), threads),
            BackupSettings.defaults(),
            clock,
            threads,
            new Random());
    content = new ContentInitialization(ContentSettings.defaults(true), backups, clock, threads);
    machine = new LocalMachine(data);
    machine
        .with(machine.settings().withEntries(List.of(LocalRuntimeTest.SHELL)))
        .with(new StoredInstanceContent(content, backups))
        .start();
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    return thread;
  }

  private void accept() {
    try {
      while (true) {
        asking.add(silent.accept());
      }
    } catch (IOException e) {
      // The test is over.
      return;
    }
  }

  @AfterEach
  void close() throws Exception {
    machine.close();
    content.close();
    server.close();
    silent.close();
    for (Socket socket : asking) {
      socket.close();
    }
  }

  private static Initializer.Git git(String url, Map<String, String> config) {
    return new Initializer.Git(
        url, "", CloneTargetMode.REMOTE_HEAD, "", "r", config, GitAuthentication.NONE, false);
  }

  private String silentUrl() {
    return "http://127.0.0.1:" + silent.getLocalPort() + "/r.git";
  }

  private Workspace start(String owner, String id, Initializer initializer) throws Exception {
    Workspace workspace = Workspaces.pending(id);
    return machine.launch(
        workspace.withSpec(workspace.spec().with(s -> s.owner(owner))), initializer, RUN);
  }

  private void assertRuns(Workspace workspace) {
    machine.awaitReady(workspace);
    assertThat(machine.seen(workspace).failure()).isEmpty();
    assertThat(machine.seen(workspace).ready()).isTrue();
  }

  @Test
  void anotherOwnersStartsRunWhileAllPlacesAreTakenByClonesThatStall() throws Exception {
    int places = machine.settings().initializations();
    for (int i = 0; i < places; i++) {
      start("ann", "stalled-" + i, git(silentUrl(), Map.of("http.lowSpeedTime", "600")));
    }
    await().atMost(LocalMachine.PATIENCE).until(() -> asking.size() >= places);
    Workspace waiting = start("ann", "waiting", git(server.url("r"), Map.of()));
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> machine.seen(waiting).message().equals("waiting for other initializations"));

    assertRuns(start("bob", "empty", new Initializer.Empty()));
    assertRuns(start("bob", "clone", git(server.url("r"), Map.of())));
    assertRuns(start("ann", "empty-too", new Initializer.Empty()));

    assertThat(machine.seen(waiting).stage()).isEqualTo(Stage.INITIALIZING);
    machine.runtime().terminate("stalled-0", Duration.ZERO);
    assertRuns(waiting);
  }

  @Test
  void aCloneThatStallsIsGivenUpAndSaysOfWhom() throws Exception {
    Workspace stalled = start("ann", "stalled", git(silentUrl(), Map.of("http.lowSpeedTime", "1")));
    assertThat(machine.awaitEnd(stalled).failure())
        .isEqualTo(
            "Content initialization failed: 127.0.0.1:"
                + silent.getLocalPort()
                + " has sent nothing for 1 s");
  }
}
