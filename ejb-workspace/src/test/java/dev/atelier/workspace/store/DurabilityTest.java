// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.DataFolder;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of an H2 file when its process was killed, and what can be read in it. */
class DurabilityTest {
  private static final int KILLS = 3;

  @TempDir Path root;

  @Test
  void everyAnsweredChangeSurvivesAKill() throws Exception {
    int answered = 0;
    for (int kill = 1; kill <= KILLS; kill++) {
      answered = killedAfter(answered + 150 * kill);
      try (DataFolder folder = new DataFolder(root);
          JpaWorkspaceStore store = JpaWorkspaceStore.open(StoreSettings.DEFAULT, folder)) {
        // One more than was answered may have been made.
        assertThat(number(store.get("a"))).isBetween(answered, answered + 1);
        for (int i = 10; i <= answered; i += 10) {
          assertThat(store.secrets("created-" + i)).contains(Samples.secrets());
        }
        answered = number(store.get("a"));
      }
    }
  }

  /** Kills a process once it has answered that number; the last one that it has answered. */
  private int killedAfter(int number) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Committing.class.getName(),
                root.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int last = 0;
    try (BufferedReader answers = process.inputReader(StandardCharsets.US_ASCII)) {
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        last = Integer.parseInt(line);
        if (last == number) {
          assertThatThrownBy(() -> new DataFolder(root))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("process " + process.pid());
          // Not by the process itself: that would close what it has answered meanwhile.
          process.toHandle().destroyForcibly();
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(last).isGreaterThanOrEqualTo(number);
    return last;
  }

  /** Changes instances one by one and says the number of each change once it was answered. */
  static final class Committing {
    private Committing() {}

    public static void main(String[] arguments) throws WorkspaceFault {
      DataFolder folder = new DataFolder(Path.of(arguments[0]));
      JpaWorkspaceStore store = JpaWorkspaceStore.open(StoreSettings.DEFAULT, folder);
      if (store.get("a").isEmpty()) {
        store.create(Samples.pending("a"), Samples.secrets());
      }
      for (int i = number(store.get("a")) + 1; ; i++) {
        String message = Integer.toString(i);
        if (i % 10 == 0 && store.get("created-" + i).isEmpty()) {
          store.create(Samples.pending("created-" + i), Samples.secrets());
        }
        store.update(
            "a", workspace -> workspace.withStatus(workspace.status().withMessage(message)));
        System.out.println(i);
      }
    }
  }

  private static int number(Optional<Workspace> workspace) {
    String message = workspace.orElseThrow().status().message();
    return message.isEmpty() ? 0 : Integer.parseInt(message);
  }

  @Test
  void storeIsThereAgainAfterAnOrderlyEnd() throws WorkspaceFault {
    try (DataFolder folder = new DataFolder(root);
        JpaWorkspaceStore store = JpaWorkspaceStore.open(StoreSettings.DEFAULT, folder)) {
      store.create(Samples.full(), Samples.secrets());
    }
    try (DataFolder folder = new DataFolder(root);
        JpaWorkspaceStore store = JpaWorkspaceStore.open(StoreSettings.DEFAULT, folder)) {
      assertThat(store.list()).containsExactly(Samples.full());
    }
  }

  @Test
  void nothingSecretStandsInTheFiles() throws WorkspaceFault, IOException {
    try (DataFolder folder = new DataFolder(root);
        JpaWorkspaceStore store = JpaWorkspaceStore.open(StoreSettings.DEFAULT, folder)) {
      store.create(Samples.pending("a"), Samples.secrets());
      assertThat(store.secrets("a")).contains(Samples.secrets());
      assertNoSecretBelow();
    }
    assertNoSecretBelow();
  }

  private void assertNoSecretBelow() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    assertThat(all.toString().replace("\0", ""))
        // The documents are there: it is the right place to look.
        .contains("registry.example.com/base:1")
        .doesNotContain(Samples.TOKEN)
        .doesNotContain(Samples.VALUE)
        .doesNotContain(Samples.PASSWORD);
  }

  @Test
  void lostKeyIsNotReplaced() throws WorkspaceFault, IOException {
    try (DataFolder folder = new DataFolder(root);
        JpaWorkspaceStore store = JpaWorkspaceStore.open(StoreSettings.DEFAULT, folder)) {
      store.create(Samples.pending("a"), Samples.secrets());
    }
    Files.delete(root.resolve(SecretKeyFile.NAME));
    try (DataFolder folder = new DataFolder(root)) {
      assertThatThrownBy(() -> JpaWorkspaceStore.open(StoreSettings.DEFAULT, folder))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("put the right one back");
    }
  }
}
