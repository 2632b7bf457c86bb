// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Workspace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When an instance counts as ready. */
class ReadinessTest {
  @TempDir Path data;
  private LocalMachine machine;

  @AfterEach
  void end() throws Exception {
    machine.close();
  }

  private Workspace start(Readiness readiness, Duration timeout, String command) throws Exception {
    machine = new LocalMachine(data);
    LocalEntry entry =
        new LocalEntry("e", List.of(), Optional.of(command), Map.of(), readiness, timeout);
    machine.with(machine.settings().withEntries(List.of(entry))).start();
    return machine.running("i", "");
  }

  private void goOn(Workspace workspace) throws Exception {
    Files.createFile(machine.folder(workspace).content().resolve("go"));
  }

  @Test
  void byAPortThatIsListenedAt() throws Exception {
    assumeTrue(LocalMachine.has("python3", "readiness by a port"));
    Workspace workspace =
        start(
            new Readiness.Port(8123),
            LocalMachine.PATIENCE,
            "echo up; while [ ! -e go ]; do sleep 0.05; done; exec python3 -m http.server 8123");
    machine.awaitOutput(workspace, "up");
    assertThat(machine.seen(workspace).ready()).isFalse();
    goOn(workspace);
    assertThat(machine.awaitReady(workspace).ready()).isTrue();
  }

  @Test
  void byAnAnswerToHttp() throws Exception {
    assumeTrue(LocalMachine.has("python3", "readiness by HTTP"));
    Workspace workspace =
        start(
            new Readiness.Http(8124, "/go"),
            LocalMachine.PATIENCE,
            "exec python3 -m http.server 8124");
    // It answers 404 so far.
    machine.awaitOutput(workspace, "\"GET /go HTTP/1.0\" 404");
    assertThat(machine.seen(workspace).ready()).isFalse();
    goOn(workspace);
    assertThat(machine.awaitReady(workspace).ready()).isTrue();
  }

  @Test
  void byAFileOfItsOwn() throws Exception {
    Workspace workspace =
        start(new Readiness.File("go"), LocalMachine.PATIENCE, "echo up; sleep 100");
    machine.awaitOutput(workspace, "up");
    assertThat(machine.seen(workspace).ready()).isFalse();
    goOn(workspace);
    assertThat(machine.awaitReady(workspace).ready()).isTrue();
  }

  @Test
  void notByAFileThatALinkLeadsTo() throws Exception {
    Workspace workspace =
        start(
            new Readiness.File("l/passwd"),
            Duration.ofSeconds(1),
            "ln -s /etc l; echo up; sleep 100");
    await().atMost(LocalMachine.PATIENCE).until(() -> !machine.seen(workspace).failure().isEmpty());
    Observation seen = machine.seen(workspace);
    assertThat(seen.ready()).isFalse();
    assertThat(seen.failure()).isEqualTo("main process was not ready after 1 s");
  }
}
