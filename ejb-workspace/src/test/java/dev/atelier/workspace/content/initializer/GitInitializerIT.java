// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static dev.atelier.workspace.content.initializer.ContentFixture.git;
import static dev.atelier.workspace.content.initializer.ContentFixture.head;
import static dev.atelier.workspace.content.initializer.ContentFixture.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.InitializerMetrics.Kind;
import dev.atelier.workspace.domain.WorkspaceType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Git initializers against a real git server. */
class GitInitializerIT {
  @TempDir Path temp;
  private Repositories repositories;
  private GitServer server;
  private ContentFixture content;

  @BeforeEach
  void open() throws IOException {
    repositories = new Repositories(temp);
    server = new GitServer(repositories.served());
    content = new ContentFixture(temp.resolve("instance"));
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void emptyLeavesTheFolderAlone() throws Exception {
    assertThat(content.run(new Initializer.Empty())).isEqualTo(InitializerMetrics.NONE);
    assertThat(content.file("")).isEmptyDirectory();
    assertThat(content.sandbox.commands).isEmpty();
  }

  @Test
  void headIsCheckedOutShallowOnItsBranchWithUpstream() throws Exception {
    repositories.simple("r");
    InitializerMetrics metrics = content.run(head(server.url("r"), "code/r"));
    assertThat(content.file("code/r/README.md")).hasContent("two\n");
    assertThat(content.git("code/r", "rev-parse", "--abbrev-ref", "HEAD@{upstream}"))
        .isEqualTo("origin/main");
    assertThat(content.git("code/r", "rev-list", "--count", "HEAD")).isEqualTo("1");
    assertThat(content.git("code/r", "symbolic-ref", "refs/remotes/origin/HEAD"))
        .isEqualTo("refs/remotes/origin/main");
    assertThat(content.git("code/r", "status", "--porcelain")).isEmpty();
    assertThat(metrics.steps()).containsOnlyKeys(Kind.GIT);
    assertThat(metrics.steps().get(Kind.GIT).size()).isGreaterThan(1_000);
    assertThat(metrics.steps().get(Kind.GIT).duration()).isPositive();
    assertThat(content.progress).anyMatch(line -> line.startsWith("Cloning http://127.0.0.1:"));
  }

  @Test
  void fullCloneHasHistoryTagsAndOtherBranches() throws Exception {
    Path work = repositories.simple("r");
    Repositories.git(work, "tag", "v1");
    Repositories.git(work, "push", "--quiet", "origin", "v1", "HEAD:refs/heads/other");
    content.run(
        with(head(server.url("r"), ""), server.url("up"), Map.of("user.x", "a\"b\nc"), true));
    assertThat(content.git("", "rev-list", "--count", "HEAD")).isEqualTo("2");
    assertThat(content.git("", "tag")).isEqualTo("v1");
    assertThat(content.git("", "branch", "-r")).contains("origin/other");
    assertThat(content.git("", "remote", "get-url", "upstream")).isEqualTo(server.url("up"));
    assertThat(content.git("", "config", "user.x")).isEqualTo("a\"b\nc");
  }

  @Test
  void branchWithSlashesIsTracked() throws Exception {
    Path work = repositories.simple("r");
    Repositories.git(work, "checkout", "-q", "-b", "feature/a/b");
    repositories.commit(work, Map.of("f", "f"), "Feature");
    repositories.push(work, "feature/a/b");
    content.run(git(server.url("r"), CloneTargetMode.REMOTE_BRANCH, "feature/a/b", "r"));
    assertThat(content.git("r", "symbolic-ref", "HEAD")).isEqualTo("refs/heads/feature/a/b");
    assertThat(content.git("r", "rev-parse", "--abbrev-ref", "HEAD@{upstream}"))
        .isEqualTo("origin/feature/a/b");
    assertThat(content.file("r/f")).exists();
    assertThat(content.git("r", "rev-list", "--count", "HEAD")).isEqualTo("1");
  }

  @Test
  void missingBranchFallsBackToTheDefaultOne() throws Exception {
    repositories.simple("r");
    content.run(git(server.url("r"), CloneTargetMode.REMOTE_BRANCH, "gone", "r"));
    assertThat(content.git("r", "symbolic-ref", "HEAD")).isEqualTo("refs/heads/main");
    assertThat(content.progress).contains("there is no branch gone; taking the default branch");
  }

  @Test
  void localBranchStartsAtTheRemoteHead() throws Exception {
    repositories.simple("r");
    content.run(git(server.url("r"), CloneTargetMode.LOCAL_BRANCH, "mine/new", "r"));
    assertThat(content.git("r", "symbolic-ref", "HEAD")).isEqualTo("refs/heads/mine/new");
    assertThat(content.git("r", "rev-parse", "HEAD"))
        .isEqualTo(content.git("r", "rev-parse", "origin/main"));
    assertThatThrownBy(() -> content.git("r", "rev-parse", "HEAD@{upstream}"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void commitThatIsNoTipIsCheckedOutDetached() throws Exception {
    Path work = repositories.simple("r");
    String first = Repositories.git(work, "rev-parse", "HEAD~1");
    content.run(git(server.url("r"), CloneTargetMode.REMOTE_COMMIT, first, "r"));
    assertThat(content.git("r", "rev-parse", "HEAD")).isEqualTo(first);
    assertThat(content.file("r/README.md")).hasContent("one\n");
    assertThatThrownBy(() -> content.git("r", "symbolic-ref", "HEAD"))
        .isInstanceOf(IOException.class);
    assertThat(content.status("r").totalUnpushedCommits()).isZero();
    assertThat(content.status("r").branch()).isEmpty();
  }

  @Test
  void commitOfAServerThatRefusesHashesIsFoundInItsHistory() throws Exception {
    Path work = repositories.simple("r");
    String first = Repositories.git(work, "rev-parse", "HEAD~1");
    // Protocol 0 refuses a hash that no branch is at.
    Initializer.Git step = git(server.url("r"), CloneTargetMode.REMOTE_COMMIT, first, "r");
    content.run(with(step, "", Map.of("protocol.version", "0"), false));
    assertThat(content.git("r", "rev-parse", "HEAD")).isEqualTo(first);
    assertThat(content.git("r", "rev-parse", "origin/main"))
        .isEqualTo(Repositories.git(work, "rev-parse", "HEAD"));
  }

  @Test
  void abbreviatedCommitIsFound() throws Exception {
    Path work = repositories.simple("r");
    String first = Repositories.git(work, "rev-parse", "HEAD~1");
    content.run(git(server.url("r"), CloneTargetMode.REMOTE_COMMIT, first.substring(0, 9), "r"));
    assertThat(content.git("r", "rev-parse", "HEAD")).isEqualTo(first);
  }

  @Test
  void unknownCommitFailsInGitsOwnWords() throws Exception {
    repositories.simple("r");
    String unknown = "0123456789012345678901234567890123456789";
    assertThatThrownBy(
            () -> content.run(git(server.url("r"), CloneTargetMode.REMOTE_COMMIT, unknown, "r")))
        .isInstanceOf(ContentFault.class)
        .hasMessageContaining("not our ref " + unknown);
  }

  @Test
  void emptyRemoteLeavesItsUnbornBranch() throws Exception {
    repositories.empty("r", "trunk");
    content.run(head(server.url("r"), "r"));
    assertThat(content.git("r", "symbolic-ref", "HEAD")).isEqualTo("refs/heads/trunk");
    assertThat(content.git("r", "status", "--porcelain")).isEmpty();
    assertThat(content.git("r", "config", "branch.trunk.remote")).isEqualTo("origin");
  }

  @Test
  void aBranchThatIsNotThereIsNoted() throws Exception {
    repositories.simple("r");
    Initializer.Git step = git(server.url("r"), CloneTargetMode.REMOTE_BRANCH, "gone", "r");
    assertThat(content.run(WorkspaceType.REGULAR, step).notes())
        .containsExactly("there is no branch gone; taking the default branch");
  }

  @Test
  void aHeadThatLeadsNowhereIsTakenAtMainElseMasterElseTheOnlyBranch() throws Exception {
    String[][] kinds = {
      {"main", "master", "other"}, {"master", "other"}, {"only"},
    };
    for (String[] branches : kinds) {
      String name = "r-" + branches[0];
      Path work = repositories.empty(name, "nowhere");
      repositories.commit(work, Map.of("README.md", "one\n"), "First");
      for (String branch : branches) {
        repositories.push(work, branch);
      }
      Initialized done = content.run(WorkspaceType.IMAGEBUILD, head(server.url(name), name));
      assertThat(content.file(name + "/README.md")).exists();
      assertThat(content.git(name, "symbolic-ref", "--short", "HEAD")).isEqualTo(branches[0]);
      assertThat(done.note())
          .isEqualTo("the remote's default branch does not exist; taking " + branches[0]);
    }
  }

  @Test
  void aHeadThatLeadsNowhereAmongManyFailsNamingThem() throws Exception {
    Path work = repositories.empty("r", "nowhere");
    repositories.commit(work, Map.of("README.md", "one\n"), "First");
    repositories.push(work, "one");
    repositories.push(work, "two");
    assertThatThrownBy(() -> content.run(head(server.url("r"), "r")))
        .isInstanceOf(ContentFault.class)
        .hasMessageContaining("one, two");
  }

  @Test
  void aCommitByTheNameOfABranchIsTheRemotes() throws Exception {
    Path work = repositories.simple("r");
    Repositories.git(work, "tag", "v1", "HEAD~1");
    Repositories.git(work, "push", "--quiet", "origin", "v1");
    repositories.push(work, "v1");
    String tip = Repositories.git(work, "rev-parse", "HEAD");
    String first = Repositories.git(work, "rev-parse", "HEAD~1");
    Map<String, String> names =
        Map.of("main", tip, "refs/heads/v1", tip, "origin/main", tip, "v1", first);
    for (Map.Entry<String, String> name : names.entrySet()) {
      content.run(git(server.url("r"), CloneTargetMode.REMOTE_COMMIT, name.getKey(), "r"));
      assertThat(content.git("r", "rev-parse", "HEAD"))
          .as(name.getKey())
          .isEqualTo(name.getValue());
    }
    assertThatThrownBy(
            () -> content.run(git(server.url("r"), CloneTargetMode.REMOTE_COMMIT, "nix", "r")))
        .hasMessage("there is no commit nix in " + server.url("r"));
  }

  @Test
  void submodulesThatAreMissingLeaveTheOthersWholeAtEveryDepth() throws Exception {
    repositories.simple("a");
    Path inner = repositories.simple("c");
    submodule(inner, "gone", "nowhere");
    submodule(inner, "a", "a");
    repositories.push(inner, "main");
    Path top = repositories.simple("top");
    submodule(top, "b", "nowhere");
    submodule(top, "a", "a");
    submodule(top, "c", "c");
    repositories.push(top, "main");
    Initialized done = content.run(WorkspaceType.REGULAR, head(server.url("top"), "top"));
    for (String there : new String[] {"a", "c", "c/a"}) {
      assertThat(content.file("top/" + there + "/README.md")).exists();
    }
    assertThat(content.file("top/b")).isEmptyDirectory();
    assertThat(done.notes())
        .containsExactly(
            "submodule b is missing: repository '" + server.url("nowhere/") + "' not found",
            "submodule c/gone is missing: repository '" + server.url("nowhere/") + "' not found");
  }

  @Test
  void submodulesAtCommitsBelowATipAreDeepened() throws Exception {
    Path below = repositories.simple("a");
    Path top = repositories.simple("top");
    submodule(top, "a", "a");
    repositories.push(top, "main");
    String pin = Repositories.git(below, "rev-parse", "HEAD");
    repositories.commit(below, Map.of("b.txt", "b\n"), "Third");
    repositories.commit(below, Map.of("c.txt", "c\n"), "Fourth");
    repositories.push(below, "main");
    for (String version : new String[] {"0", "2"}) {
      Initializer.Git step =
          with(
              head(server.url("top"), "r" + version),
              "",
              Map.of("protocol.version", version),
              false);
      assertThat(content.run(WorkspaceType.IMAGEBUILD, step).notes()).isEmpty();
      assertThat(content.git("r" + version + "/a", "rev-parse", "HEAD")).isEqualTo(pin);
      assertThat(content.file("r" + version + "/a/README.md")).exists();
    }
  }

  @Test
  void submodulesServedAsPlainFilesAreWhole() throws Exception {
    Path below = repositories.simple("a");
    repositories.simple("b");
    Path top = repositories.simple("top");
    submodule(top, "a", "a");
    submodule(top, "b", "b");
    repositories.push(top, "main");
    String pin = Repositories.git(below, "rev-parse", "HEAD");
    repositories.commit(below, Map.of("b.txt", "b\n"), "Third");
    repositories.push(below, "main");
    Repositories.git(repositories.served().resolve("a"), "update-server-info");
    server.plain.add("/a/");
    Initialized done = content.run(WorkspaceType.IMAGEBUILD, head(server.url("top"), "top"));
    assertThat(done.notes()).isEmpty();
    assertThat(content.file("top/a/README.md")).exists();
    assertThat(content.file("top/b/README.md")).exists();
    assertThat(content.git("top/a", "rev-parse", "HEAD")).isEqualTo(pin);
    assertThat(content.git("top", "status", "--porcelain")).isEmpty();
  }

  private void submodule(Path work, String path, String of) throws Exception {
    Path there = temp.resolve("work").resolve(of);
    String commit =
        Files.exists(there)
            ? Repositories.git(there, "rev-parse", "HEAD")
            : "0123456789012345678901234567890123456789";
    for (String[] entry : new String[][] {{"path", path}, {"url", server.url(of)}}) {
      String key = "submodule." + path + "." + entry[0];
      Repositories.git(work, "config", "-f", ".gitmodules", key, entry[1]);
    }
    Repositories.git(work, "add", ".gitmodules");
    Repositories.git(work, "update-index", "--add", "--cacheinfo", "160000," + commit + "," + path);
    Repositories.git(work, "commit", "-qm", "Submodule " + path);
  }

  @Test
  void aServerThatSaysNothingIsGivenUpInWords() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + silent.getLocalPort();
      Initializer.Git step =
          with(
              head("http://" + address + "/r.git", "r"),
              "",
              Map.of("http.lowSpeedTime", "1"),
              false);
      assertThatThrownBy(() -> content.run(step))
          .isInstanceOf(ContentFault.class)
          .hasMessage(address + " has sent nothing for 1 s");
    }
  }

  @Test
  void aServerThatStopsInTheMiddleOfAPackIsGivenUpInWords() throws Exception {
    repositories.simple("r");
    server.stalling.add("/r/git-upload-pack");
    // The list of its branches comes by that path too, in the newer protocol.
    Map<String, String> config = Map.of("http.lowSpeedTime", "1", "protocol.version", "0");
    String address = URI.create(server.url("r")).getAuthority();
    assertThatThrownBy(() -> content.run(with(head(server.url("r"), "r"), "", config, false)))
        .isInstanceOf(ContentFault.class)
        .hasMessage(address + " has sent nothing for 1 s");
    // A submodule that stalls is told in the same words.
    Path top = repositories.simple("top");
    submodule(top, "r", "r");
    repositories.push(top, "main");
    Initialized done =
        content.run(
            WorkspaceType.IMAGEBUILD, with(head(server.url("top"), "t"), "", config, false));
    assertThat(done.notes())
        .containsExactly("submodule r is missing: " + address + " has sent nothing for 1 s");
  }

  @Test
  void emptyRemoteGetsTheLocalBranch() throws Exception {
    repositories.empty("r", "trunk");
    content.run(git(server.url("r"), CloneTargetMode.LOCAL_BRANCH, "mine", "r"));
    assertThat(content.git("r", "symbolic-ref", "HEAD")).isEqualTo("refs/heads/mine");
  }

  @Test
  void missingRepositoryFailsInGitsOwnWords() {
    assertThatThrownBy(() -> content.run(head(server.url("none"), "r")))
        .isInstanceOf(ContentFault.class)
        .hasMessageContaining("repository '" + server.url("none") + "/' not found");
  }

  @Test
  void firstOfTwoCheckoutsInAFolderWins() throws Exception {
    repositories.simple("r");
    Path other = repositories.empty("s", "main");
    repositories.commit(other, Map.of("other", "s"), "Other");
    repositories.push(other, "main");
    InitializerMetrics metrics =
        content.run(
            new Initializer.Composite(
                List.of(
                    head(server.url("r"), "x"),
                    head(server.url("s"), "x"),
                    new Initializer.Composite(List.of(head(server.url("s"), "y"))))));
    assertThat(content.file("x/README.md")).exists();
    assertThat(content.file("x/other")).doesNotExist();
    assertThat(content.file("y/other")).exists();
    assertThat(metrics.steps()).containsOnlyKeys(Kind.GIT, Kind.COMPOSITE);
    assertThat(metrics.steps().get(Kind.COMPOSITE).size())
        .isEqualTo(metrics.steps().get(Kind.GIT).size());
  }

  @Test
  void interruptedAttemptIsDoneAgainAndOtherFilesStay() throws Exception {
    repositories.simple("r");
    Files.createDirectories(content.file(".git"));
    Files.writeString(content.file(".git/config"), "[core\nbroken");
    Files.writeString(content.file("README.md"), "half");
    Files.writeString(content.file("mine.txt"), "kept");
    content.run(head(server.url("r"), ""));
    assertThat(content.file("README.md")).hasContent("two\n");
    assertThat(content.file("mine.txt")).hasContent("kept");
  }

  @Test
  void tenThousandFilesAreCheckedOut() throws Exception {
    Path work = repositories.empty("r", "main");
    Map<String, String> files = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      files.put("d" + i % 100 + "/f" + i, "file " + i);
    }
    repositories.commit(work, files, "Many");
    repositories.push(work, "main");
    long begin = System.nanoTime();
    content.run(head(server.url("r"), "r"));
    System.out.println("clone of 10,000 files: " + (System.nanoTime() - begin) / 1_000_000 + " ms");
    assertThat(content.git("r", "ls-files").lines()).hasSize(10_000);
    assertThat(content.git("r", "status", "--porcelain")).isEmpty();
  }
}
