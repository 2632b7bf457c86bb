// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.content.ContentSandbox.Network;
import dev.atelier.workspace.content.archive.Archive;
import dev.atelier.workspace.content.archive.ArchiveSettings;
import dev.atelier.workspace.content.archive.Archives;
import dev.atelier.workspace.content.archive.Notes;
import dev.atelier.workspace.runtime.local.LocalRuntimeSettings.Use;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Archive and restore where they really run: as the instance's user, with and without bubblewrap.
 */
class ArchiveInSandboxTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Path SCRIPT = Path.of("src/test/resources/archive/tree.py").toAbsolutePath();

  @TempDir(cleanup = CleanupMode.NEVER)
  Path data;

  private final ExecutorService spawner = Executors.newSingleThreadExecutor();

  @AfterEach
  void delete() throws Exception {
    spawner.shutdown();
    new ProcessBuilder("rm", "-rf", data.toString()).start().waitFor();
  }

  @Test
  void withBubblewrap() throws Exception {
    assumeTrue(LocalMachine.has("bwrap", "archives of what a sandbox holds"));
    comesBack(LocalRuntimeSettings.DEFAULT);
  }

  @Test
  void withoutBubblewrap() throws Exception {
    comesBack(LocalRuntimeSettings.DEFAULT.with(s -> s.sandbox(Use.NONE)));
  }

  private void comesBack(LocalRuntimeSettings settings) throws Exception {
    assumeTrue(LocalMachine.has("python3", "random trees in a sandbox"));
    Machine machine = Machine.find(settings, data);
    Sandbox sandbox = new Sandbox(machine, settings, data);
    InstanceFolder first = folder("first", machine);
    InstanceFolder second = folder("second", machine);
    Archives archives = new Archives(ArchiveSettings.defaults(), Thread::new);
    for (long seed = 1; seed <= 3; seed++) {
      LocalContentSandbox from = new LocalContentSandbox(sandbox, first, List.of(), spawner);
      Process make =
          from.start(
              List.of("python3", "-", "make", Long.toString(seed), ".", "100"),
              Map.of(),
              "",
              Network.NONE);
      try (OutputStream script = make.getOutputStream()) {
        Files.copy(SCRIPT, script);
      }
      String words = new String(make.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(make.waitFor()).as(words).isZero();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      Archive archive = archives.pack(from, bytes, MINUTE);
      assertThat(archive.notes()).isEqualTo(Notes.NONE);
      archives.unpack(
          new LocalContentSandbox(sandbox, second, List.of(), spawner),
          new ByteArrayInputStream(bytes.toByteArray()),
          archive,
          1L << 30,
          MINUTE);
      assertThat(list(second)).isEqualTo(list(first)).isNotEmpty();
      FileTree.delete(first.content());
      FileTree.delete(second.content());
      FileTree.make(first.content(), machine);
      FileTree.make(second.content(), machine);
    }
  }

  private InstanceFolder folder(String id, Machine machine) throws IOException {
    InstanceFolder folder = new InstanceFolder(data, id);
    for (Path path = folder.root(); !path.equals(data.getParent()); path = path.getParent()) {
      FileTree.makePassable(path);
    }
    FileTree.make(folder.content(), machine);
    FileTree.make(folder.contentHome(), machine);
    return folder;
  }

  private String list(InstanceFolder folder) throws IOException, InterruptedException {
    Path output = data.resolve("list");
    Process process =
        new ProcessBuilder("python3", SCRIPT.toString(), "list", folder.content().toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor()).isZero();
    return Files.readString(output, StandardCharsets.ISO_8859_1);
  }
}
