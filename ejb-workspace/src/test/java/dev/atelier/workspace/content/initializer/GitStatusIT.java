// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static dev.atelier.workspace.content.initializer.ContentFixture.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.domain.GitStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Git status of real checkouts, friendly and hostile. */
class GitStatusIT {
  @TempDir Path temp;
  private Repositories repositories;
  private GitServer server;
  private ContentFixture content;

  @BeforeEach
  void open() throws Exception {
    repositories = new Repositories(temp);
    server = new GitServer(repositories.served());
    content = new ContentFixture(temp.resolve("instance"));
    repositories.simple("r");
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void freshCheckoutHasNothing() throws Exception {
    content.run(head(server.url("r"), "code/r"));
    String commit = content.git("code/r", "rev-parse", "HEAD");
    assertThat(content.status("code/r"))
        .isEqualTo(new GitStatus("main", commit, List.of(), 0, List.of(), 0, List.of(), 0));
  }

  @Test
  void everythingThatTheRemoteDoesNotHaveIsTold() throws Exception {
    content.run(head(server.url("r"), "r"));
    Files.writeString(content.file("r/committed"), "x");
    content.git("r", "add", "committed");
    content.git("r", "commit", "-qm", "Not pushed");
    String hash = content.git("r", "rev-parse", "--short", "HEAD");
    content.git("r", "checkout", "-q", "-b", "else/where");
    content.git("r", "mv", "src/a.txt", "src/b c.txt");
    Files.writeString(content.file("r/README.md"), "changed");
    Files.createDirectories(content.file("r/new folder"));
    Files.writeString(content.file("r/new folder/ü\n1"), "x");
    Files.writeString(content.file("r/new folder/2"), "x");
    GitStatus status = content.status("r");
    assertThat(status.branch()).isEqualTo("else/where");
    assertThat(status.latestCommit()).isEqualTo(content.git("r", "rev-parse", "HEAD"));
    assertThat(status.uncommittedFiles())
        .containsExactlyInAnyOrder("README.md", "src/a.txt", "src/b c.txt");
    assertThat(status.totalUncommittedFiles()).isEqualTo(3);
    assertThat(status.untrackedFiles())
        .containsExactlyInAnyOrder("new folder/ü\n1", "new folder/2");
    assertThat(status.unpushedCommits()).containsExactly(hash + " Not pushed");
    assertThat(status.totalUnpushedCommits()).isEqualTo(1);
  }

  @Test
  void listsAreCutAndTotalsExact() throws Exception {
    content.run(head(server.url("r"), ""));
    for (int i = 0; i < 250; i++) {
      Files.writeString(content.file("u" + i), "x");
    }
    for (int i = 0; i < 105; i++) {
      content.git("", "commit", "-q", "--allow-empty", "-m", "c" + i);
    }
    GitStatus status = content.status("");
    assertThat(status.untrackedFiles()).hasSize(100);
    assertThat(status.totalUntrackedFiles()).isEqualTo(250);
    assertThat(status.unpushedCommits()).hasSize(100).first().asString().endsWith(" c104");
    assertThat(status.totalUnpushedCommits()).isEqualTo(105);
  }

  @Test
  void namesThatAreNotUtf8AreReplaced() throws Exception {
    content.run(head(server.url("r"), "r"));
    Process shell =
        new ProcessBuilder("sh", "-c", "printf x > \"$(printf 'a\\377b')\"")
            .directory(content.file("r").toFile())
            .start();
    assertThat(shell.waitFor()).isZero();
    assertThat(content.status("r").untrackedFiles()).containsExactly("a\uFFFDb");
  }

  @Test
  void repositoryWithoutCommitsHasItsBranchAndUntrackedFilesAlone() throws Exception {
    repositories.empty("e", "trunk");
    content.run(head(server.url("e"), "e"));
    Files.writeString(content.file("e/staged"), "x");
    content.git("e", "add", "staged");
    Files.writeString(content.file("e/loose"), "x");
    GitStatus status = content.status("e");
    assertThat(status.branch()).isEqualTo("trunk");
    assertThat(status.latestCommit()).isEmpty();
    assertThat(status.untrackedFiles()).containsExactly("loose");
    assertThat(status.totalUncommittedFiles()).isZero();
    assertThat(status.totalUnpushedCommits()).isZero();
  }

  @Test
  void folderWithoutARepositoryIsAFaultAlsoBelowOne() throws Exception {
    content.run(head(server.url("r"), ""));
    assertThatThrownBy(() -> content.status("src"))
        .isInstanceOf(ContentFault.class)
        .hasMessage("there is no git repository");
  }

  @Test
  void configurationOfTheCheckoutStartsNoProgram() throws Exception {
    content.run(head(server.url("r"), "r"));
    Path trace = temp.resolve("trace");
    String touch = "touch " + trace + "; cat";
    String[] keys = {
      "filter.evil.clean",
      "filter.e=v.i\"l.process",
      "filter.evil.smudge",
      "core.fsmonitor",
      "core.sshCommand",
      "core.pager",
      "gpg.program",
      "diff.external",
      "diff.evil.textconv"
    };
    for (String key : keys) {
      content.git("r", "config", key, touch);
    }
    content.git("r", "config", "filter.evil.required", "true");
    content.git("r", "config", "log.showSignature", "true");
    content.git("r", "config", "core.hooksPath", "hooks");
    Files.createDirectories(content.file("r/hooks"));
    Path hook = content.file("r/hooks/post-index-change");
    Files.writeString(hook, "#!/bin/sh\n" + touch + "\n");
    assertThat(hook.toFile().setExecutable(true)).isTrue();
    Files.writeString(content.file("r/.gitattributes"), "* filter=evil diff=evil\n");
    Files.writeString(content.file("r/README.md"), "two!");
    GitStatus status = content.status("r");
    assertThat(trace).doesNotExist();
    assertThat(status.uncommittedFiles()).contains("README.md");
    // The same commands without what disarms them do start one: the trap is real.
    content.git("r", "status");
    assertThat(trace).exists();
  }
}
