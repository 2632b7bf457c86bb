// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.content.ContentSandbox.Network;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What works on an instance's content on this machine finds neither store nor credentials. */
class StoreOutOfReachTest {
  private final String name = "backup-" + UUID.randomUUID();

  @TempDir(cleanup = CleanupMode.NEVER)
  Path data;

  private final ExecutorService spawner = Executors.newSingleThreadExecutor();

  @AfterEach
  void delete() throws Exception {
    spawner.shutdown();
    new ProcessBuilder("rm", "-rf", data.toString()).start().waitFor();
  }

  @Test
  void programsOnContentSeeNoOtherContentAndNotTheManager() throws Exception {
    assumeTrue(LocalMachine.has("bwrap", "what programs on content see"));
    Machine machine = Machine.find(LocalRuntimeSettings.DEFAULT, data);
    InstanceFolder folder = new InstanceFolder(data, "one");
    for (Path path = folder.root(); !path.equals(data.getParent()); path = path.getParent()) {
      FileTree.makePassable(path);
    }
    FileTree.make(folder.content(), machine);
    FileTree.make(folder.contentHome(), machine);
    // As open as can be: the sandbox alone is what keeps others out.
    Path backup = Files.createDirectories(data.resolve("content/objects")).resolve(name);
    Files.writeString(backup, "of others");
    LocalContentSandbox sandbox =
        new LocalContentSandbox(
            new Sandbox(machine, LocalRuntimeSettings.DEFAULT, data), folder, List.of(), spawner);
    for (Network network : Network.values()) {
      nothingIsSeen(sandbox, network, backup);
    }
  }

  private void nothingIsSeen(LocalContentSandbox sandbox, Network network, Path backup)
      throws Exception {
    assertThat(run(sandbox, network, "cat " + backup)).contains("No such file");
    assertThat(run(sandbox, network, "find / -path /proc -prune -o -name 'backup-*' -print"))
        .doesNotContain(name);
    assertThat(
            run(
                sandbox,
                network,
                "cat /proc/[0-9]*/environ | tr '\\0' '\\n' | cut -d= -f1 | sort -u"))
        .doesNotContain("ATELIER_CONTENT_STORE", "AWS_")
        .contains("HOME");
    // Nor those of other processes, the manager's among them, which has credentials in its own.
    assertThat(run(sandbox, network, "cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'"))
        .doesNotContain("java");
  }

  private static String run(LocalContentSandbox sandbox, Network network, String line)
      throws Exception {
    Process process =
        sandbox.start(List.of("sh", "-c", line + " 2>&1 || :"), Map.of(), "", network);
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    return said;
  }
}
