// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static dev.atelier.workspace.content.initializer.ContentFixture.KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.initializer.Initialized.Origin;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics.Kind;
import dev.atelier.workspace.domain.WorkspaceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrebuildInitializerIT {
  private static final String SNAPSHOT = "0123456789abcdef0123456789abcdef";
  private static final Instant CREATED = Instant.parse("2026-11-01T10:00:00Z");

  @TempDir Path parent;
  private Repositories repositories;
  private GitServer server;
  private ContentFixture prebuild;
  private ContentFixture fixture;
  private Path origin;

  @BeforeEach
  void open() throws Exception {
    repositories = new Repositories(parent);
    server = new GitServer(repositories.served());
    origin = repositories.simple("app.git");
    prebuild = fixture("prebuild");
    fixture = fixture("workspace");
  }

  @AfterEach
  void close() {
    server.close();
  }

  private ContentFixture fixture(String name) throws IOException {
    // Both on one store.
    Path folder = Files.createDirectories(parent.resolve(name));
    Path store = Files.createDirectories(parent.resolve("store"));
    Files.createSymbolicLink(folder.resolve("store"), store);
    return new ContentFixture(folder);
  }

  private Initializer.Git head() {
    return ContentFixture.head(server.url("app.git"), "app");
  }

  /** What a prebuild leaves: a checkout with an output, a changed file and what else it did. */
  private void build(Initializer.Git git, String script) throws Exception {
    prebuild.run(git);
    Files.createDirectories(prebuild.file("app/target"));
    Files.writeString(prebuild.file("app/target/out.bin"), "built");
    Process shell =
        new ProcessBuilder("sh", "-ec", script).directory(prebuild.file("app").toFile()).start();
    assertThat(shell.waitFor()).isZero();
    prebuild.backups.saveSnapshot(prebuild.sandbox, SNAPSHOT, KEY, "prebuild", CREATED);
  }

  private Initialized start(Initializer.Git... git) throws ContentFault, InterruptedException {
    Optional<Initializer.Snapshot> snapshot =
        Optional.of(new Initializer.Snapshot("atelier-snapshot:" + SNAPSHOT, false));
    return fixture.run(WorkspaceType.REGULAR, new Initializer.Prebuild(snapshot, List.of(git)));
  }

  private String commit(Map<String, String> files) throws Exception {
    repositories.commit(origin, files, "More");
    repositories.push(origin, "main");
    return Repositories.git(origin, "rev-parse", "HEAD");
  }

  /** Of a prebuild of another commit: what it built is there, and may not fit. */
  private void assertBuilt(Initialized done) {
    assertBuilt(done, Origin.PREBUILD_OF_ANOTHER_COMMIT);
  }

  private void assertBuilt(Initialized done, Origin origin) {
    assertThat(done.notes()).isEmpty();
    assertThat(done.origin()).isEqualTo(origin);
    assertThat(done.metrics().steps()).containsOnlyKeys(Kind.PREBUILD, Kind.SNAPSHOT, Kind.GIT);
    assertThat(fixture.file("app/target/out.bin")).hasContent("built");
  }

  @Test
  void theCheckoutOfAPrebuildIsBroughtToTheNewHeadAndKeepsWhatWasBuilt() throws Exception {
    build(head(), "echo changed >>src/a.txt");
    String commit = commit(Map.of("README.md", "three\n", "new.txt", "new\n"));
    assertBuilt(start(head()));
    assertThat(fixture.git("app", "rev-parse", "HEAD")).isEqualTo(commit);
    assertThat(fixture.git("app", "rev-parse", "--abbrev-ref", "HEAD")).isEqualTo("main");
    assertThat(fixture.git("app", "rev-parse", "--abbrev-ref", "@{upstream}"))
        .isEqualTo("origin/main");
    assertThat(fixture.file("app/README.md")).hasContent("three");
    assertThat(fixture.file("app/new.txt")).exists();
    assertThat(fixture.file("app/src/a.txt")).hasContent("a\nchanged");
    assertThat(fixture.git("app", "status", "--porcelain")).isEqualTo("M src/a.txt\n?? target/");
  }

  @Test
  void whatIsInTheWayGivesWayToTheRevision() throws Exception {
    build(head(), "echo changed >>README.md; echo mine >new.txt; mkdir -p .git/rebase-merge");
    String commit = commit(Map.of("README.md", "three\n", "new.txt", "new\n"));
    assertBuilt(start(head()));
    assertThat(fixture.git("app", "rev-parse", "HEAD")).isEqualTo(commit);
    assertThat(fixture.file("app/README.md")).hasContent("three");
    assertThat(fixture.file("app/new.txt")).hasContent("new");
    assertThat(fixture.progress).anyMatch(line -> line.contains("in the way"));
  }

  @Test
  void anEarlierCommitAndABranchAndANewBranchAreCheckedOut() throws Exception {
    String first = Repositories.git(origin, "rev-parse", "HEAD~1");
    repositories.push(origin, "topic/one");
    build(head(), "true");
    Initializer.Git earlier =
        ContentFixture.git(server.url("app.git"), CloneTargetMode.REMOTE_COMMIT, first, "app");
    assertBuilt(start(earlier));
    assertThat(fixture.git("app", "rev-parse", "HEAD")).isEqualTo(first);
    assertThat(fixture.git("app", "rev-parse", "--abbrev-ref", "HEAD")).isEqualTo("HEAD");

    assertBuilt(
        start(
            ContentFixture.git(
                server.url("app.git"), CloneTargetMode.REMOTE_BRANCH, "topic/one", "app")),
        Origin.PREBUILD);
    assertThat(fixture.git("app", "rev-parse", "--abbrev-ref", "HEAD")).isEqualTo("topic/one");

    assertBuilt(
        start(
            ContentFixture.git(server.url("app.git"), CloneTargetMode.LOCAL_BRANCH, "mine", "app")),
        Origin.PREBUILD);
    assertThat(fixture.git("app", "rev-parse", "--abbrev-ref", "HEAD")).isEqualTo("mine");
  }

  @Test
  void aCommitByNameIsTheRemotesWhateverThePrebuildHas() throws Exception {
    for (String branch : List.of("gone", "moving")) {
      repositories.push(origin, branch);
    }
    Repositories.git(origin, "tag", "v1");
    Repositories.git(origin, "push", "--quiet", "origin", "v1");
    build(
        ContentFixture.with(head(), "", Map.of(), true),
        "git tag mine; git branch also-mine; git branch feed");
    String moved = commit(Map.of("README.md", "three\n"));
    Repositories.git(origin, "tag", "-f", "-a", "-m", "Moved", "v1");
    Repositories.git(origin, "push", "--quiet", "--force", "origin", "v1", "HEAD:moving", ":gone");
    for (String name : List.of("main", "refs/heads/main", "origin/moving", "v1", "refs/tags/v1")) {
      assertBuilt(start(named(name)));
      assertThat(fixture.git("app", "rev-parse", "HEAD")).as(name).isEqualTo(moved);
    }
    for (String name :
        List.of("gone", "origin/gone", "mine", "also-mine", "refs/heads/also-mine", "feed")) {
      assertThatThrownBy(() -> prebuild.run(named(name)))
          .hasMessage("there is no commit " + name + " in " + server.url("app.git"));
      assertThatThrownBy(() -> start(named(name)))
          .hasMessage("there is no commit " + name + " in " + server.url("app.git"));
    }
  }

  private Initializer.Git named(String commit) {
    return ContentFixture.git(server.url("app.git"), CloneTargetMode.REMOTE_COMMIT, commit, "app");
  }

  @Test
  void aPrebuildOfTheVeryCommitIsPreparedWhateverItChanged() throws Exception {
    build(head(), "echo changed >>src/a.txt; git checkout -q -b work");
    assertBuilt(start(head()), Origin.PREBUILD);
    assertThat(fixture.git("app", "rev-parse", "--abbrev-ref", "HEAD")).isEqualTo("main");
  }

  @Test
  void aPrebuildIsNotPreparedWhereOneOfItsCheckoutsMoved() throws Exception {
    Path other = repositories.simple("other.git");
    Initializer.Git more = ContentFixture.head(server.url("other.git"), "other");
    prebuild.run(more);
    build(head(), "true");
    assertBuilt(start(head(), more), Origin.PREBUILD);
    repositories.commit(other, Map.of("README.md", "three\n"), "More");
    repositories.push(other, "main");
    assertBuilt(start(head(), more));
    assertBuilt(start(more, head()));
  }

  @Test
  void whatAPrebuildCommittedItselfIsAnotherCommit() throws Exception {
    build(head(), "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m generated");
    assertBuilt(start(head()));
  }

  @Test
  void aShallowPrebuildGetsItsHistoryWhereAllOfItIsAskedFor() throws Exception {
    build(head(), "true");
    assertThat(prebuild.git("app", "rev-list", "--count", "HEAD")).isEqualTo("1");
    commit(Map.of("README.md", "three\n"));
    assertBuilt(start(ContentFixture.with(head(), "", Map.of(), true)));
    assertThat(fixture.git("app", "rev-list", "--count", "HEAD")).isEqualTo("3");
  }

  @Test
  void aPrebuildWithItsHistoryKeepsIt() throws Exception {
    build(ContentFixture.with(head(), "", Map.of(), true), "true");
    commit(Map.of("README.md", "three\n"));
    assertBuilt(start(head()));
    assertThat(fixture.git("app", "rev-list", "--count", "HEAD")).isEqualTo("3");
  }

  @Test
  void configurationOfThePrebuildStaysAndIsAddedTo() throws Exception {
    build(head(), "git config core.hooksPath .husky; git config pull.rebase true");
    start(
        ContentFixture.with(
            head(), server.url("upstream.git"), Map.of("pull.rebase", "false"), false));
    assertThat(fixture.git("app", "config", "core.hooksPath")).isEqualTo(".husky");
    assertThat(fixture.git("app", "config", "pull.rebase")).isEqualTo("false");
    assertThat(fixture.git("app", "remote", "get-url", "upstream"))
        .isEqualTo(server.url("upstream.git"));
    assertThat(fixture.git("app", "config", "--get-all", "remote.origin.fetch").lines()).hasSize(1);
    assertThat(fixture.file("app/.git/atelier-config")).doesNotExist();
  }

  @Test
  void nothingThatAPrebuildPreparedRunsOrSeesCredentials() throws Exception {
    Path seen = parent.resolve("seen");
    String spy = "sh -c 'env >>" + seen + "; cat'";
    repositories.commit(origin, Map.of(".gitattributes", "*.txt filter=spy diff=spy\n"), "Spy");
    repositories.push(origin, "main");
    build(
        head(),
        """
        git config filter.spy.smudge "SPY"
        git config filter.spy.clean "SPY"
        git config core.fsmonitor "SPY"
        git config core.sshCommand "SPY"
        git config core.gitProxy "SPY"
        git config diff.external "SPY"
        git config credential.helper "!SPY"
        git config core.hooksPath .hooks
        git config url."http://127.0.0.1:9/".insteadOf "%s"
        mkdir -p .git/hooks .hooks
        for hook in post-checkout reference-transaction post-index-change; do
          printf '#!/bin/sh\\n%%s\\n' "SPY" >.git/hooks/$hook
          chmod +x .git/hooks/$hook
          cp .git/hooks/$hook .hooks/$hook
        done
        """
            .formatted(server.url(""))
            .replace("SPY", spy));
    Files.deleteIfExists(seen);
    String commit = commit(Map.of("README.md", "three\n", "more.txt", "more\n"));
    server.logins.put("/app.git", "user:hunter2-secret");
    GitAuthentication basic =
        new GitAuthentication(GitAuthentication.Method.BASIC, "user", "hunter2-secret", "");
    assertBuilt(start(ContentFixture.with(head(), basic)));
    assertThat(fixture.file("app/.git/HEAD")).exists();
    assertThat(Files.readString(fixture.file("app/.git/refs/heads/main")).strip())
        .isEqualTo(commit);
    assertThat(seen).doesNotExist();
    assertThat(Files.readString(fixture.file("app/.git/config"))).doesNotContain("hunter2");
  }

  @Test
  void submodulesThatAPrebuildPreparedAreNotEnteredWhereTheyStay() throws Exception {
    Path seen = parent.resolve("seen");
    repositories.simple("still.git");
    Repositories.git(origin, "submodule", "add", "--quiet", "../still.git", "still");
    for (String setting :
        List.of("url " + server.url("still.git"), "fetchRecurseSubmodules true", "ignore none")) {
      String[] words = setting.split(" ", 2);
      Repositories.git(
          origin, "config", "-f", ".gitmodules", "submodule.still." + words[0], words[1]);
    }
    commit(Map.of("src/b.txt", "b\n"));
    build(
        head(),
        """
        cd still
        printf '* filter=spy\\n' >"$(git rev-parse --git-dir)/info/attributes"
        for key in filter.spy.clean filter.spy.smudge core.fsmonitor core.sshCommand core.gitProxy; do
          git config $key "sh -c 'env >>SEEN; cat'"
        done
        git config credential.helper "!sh -c 'env >>SEEN; cat'"
        git config url."http://127.0.0.1:9/".insteadOf "%s"
        git config submodule.recurse true
        git config fetch.recurseSubmodules true
        echo changed >README.md
        rm -f SEEN
        """
            .formatted(server.url(""))
            .replace("SEEN", seen.toString()));
    Files.deleteIfExists(seen);
    commit(Map.of("README.md", "three\n"));
    server.logins.put("/app.git", "user:hunter2-secret");
    GitAuthentication basic =
        new GitAuthentication(GitAuthentication.Method.BASIC, "user", "hunter2-secret", "");
    assertBuilt(start(ContentFixture.with(head(), basic)));
    assertThat(seen).doesNotExist();
    assertThat(fixture.file("app/still/README.md")).hasContent("changed");
    // The trap is real.
    fixture.git("app", "status");
    assertThat(seen).exists();
  }

  @Test
  void aRepositoryThatLeadsToAnotherIsNotWorkedIn() throws Exception {
    Path seen = parent.resolve("seen");
    commit(Map.of("src/b.txt", "b\n"));
    build(
        head(),
        """
        git clone -q --bare . ../../other.git
        cp -r ../../other.git .git/other
        git -C .git/other config core.fsmonitor "touch %s"
        mkfifo .git/other/pipe
        git -C .git/other config include.path pipe
        echo "$PWD/.git/other/objects" >.git/objects/info/alternates
        """
            .formatted(seen));
    Initialized done = start(head());
    assertThat(done.origin()).isEqualTo(Origin.NEW);
    assertThat(done.note()).contains("there is no ordinary checkout");
    assertThat(seen).doesNotExist();
    assertThat(fixture.file("app/.git/objects/info/alternates")).doesNotExist();
    assertThat(fixture.file("app/README.md")).hasContent("two");
  }

  @Test
  void pipesOfAPrebuildAreNotWaitedFor() throws Exception {
    build(head(), "mkdir -p x/.git; mkfifo x/.git/HEAD");
    Initialized done = start(head());
    assertThat(done.origin()).isEqualTo(Origin.NEW);
    assertThat(done.note()).contains("there is no ordinary checkout");
  }

  @Test
  void aConfigurationAroundTheCheckoutIsNotGoneBy() throws Exception {
    build(
        head(),
        "cp -r .git ../.git; git config -f ../.git/config core.fsmonitor 'touch %s'; rm .git/HEAD"
            .formatted(parent.resolve("seen")));
    Initialized done = start(head());
    assertThat(done.origin()).isEqualTo(Origin.NEW);
    assertThat(parent.resolve("seen")).doesNotExist();
    assertThat(fixture.file(".git")).doesNotExist();
    assertThat(fixture.file("app/README.md")).hasContent("two");
  }

  @Test
  void submodulesThatMovedAreMadeAnewAndOthersStay() throws Exception {
    for (String name : List.of("moved.git", "still.git")) {
      repositories.simple(name);
      Repositories.git(
          origin, "submodule", "add", "--quiet", "../" + name, name.replace(".git", ""));
    }
    // Added from the folder; followed over HTTP.
    for (String name : List.of("moved", "still")) {
      Repositories.git(
          origin,
          "config",
          "-f",
          ".gitmodules",
          "submodule." + name + ".url",
          server.url(name + ".git"));
    }
    commit(Map.of("src/b.txt", "b\n"));
    build(head(), "echo built >still/out; echo built >moved/out");
    Path moved = origin.resolve("moved");
    repositories.commit(moved, Map.of("README.md", "moved\n"), "Moved");
    repositories.push(moved, "main");
    commit(Map.of("src/b.txt", "bb\n"));
    assertBuilt(start(head()));
    assertThat(fixture.file("app/moved/README.md")).hasContent("moved");
    assertThat(fixture.file("app/moved/out")).doesNotExist();
    assertThat(fixture.file("app/still/out")).hasContent("built");
    assertThat(fixture.git("app", "status", "--porcelain", "--ignore-submodules=none"))
        .isEqualTo("M still\n?? target/");
  }

  @Test
  void withoutItsSnapshotAPrebuildIsCloned() throws Exception {
    Files.createDirectories(fixture.file("left"));
    Initialized done = start(head());
    assertThat(done.origin()).isEqualTo(Origin.NEW);
    assertThat(done.note()).startsWith("the prebuild could not be used, cloned instead: there is");
    assertThat(done.metrics().steps()).containsOnlyKeys(Kind.PREBUILD, Kind.GIT);
    assertThat(fixture.file("app/README.md")).hasContent("two");
    assertThat(fixture.file("left")).doesNotExist();
  }

  @Test
  void aSnapshotOfAnotherRepositoryIsOfNoUseAndASecretIsFetchedOnce() throws Exception {
    repositories.simple("other.git");
    build(ContentFixture.head(server.url("other.git"), "app"), "true");
    server.logins.put("/app.git", "user:once-only");
    server.once.put("/secret", "user:once-only");
    GitAuthentication once =
        new GitAuthentication(
            GitAuthentication.Method.ONE_TIME_SECRET, "", "", server.url("secret"));
    Initialized done = start(ContentFixture.with(head(), once));
    assertThat(done.note()).contains("is of another remote");
    assertThat(fixture.file("app/target")).doesNotExist();
    assertThat(fixture.git("app", "remote", "get-url", "origin")).isEqualTo(server.url("app.git"));
  }

  @Test
  void aPrebuildWithoutASnapshotIsItsGitSteps() throws Exception {
    Initialized done =
        fixture.run(
            WorkspaceType.REGULAR,
            new Initializer.Prebuild(
                Optional.empty(), List.of(head(), ContentFixture.head("http://x/", "app"))));
    assertThat(done.notes()).isEmpty();
    assertThat(done.metrics().steps()).containsOnlyKeys(Kind.PREBUILD, Kind.GIT);
    assertThat(fixture.file("app/README.md")).hasContent("two");
  }

  @Test
  void locksOfACopyMadeWhileGitWorkedDoNotStandInTheWay() throws Exception {
    build(head(), "touch .git/index.lock .git/HEAD.lock .git/config.lock");
    String commit = commit(Map.of("README.md", "three\n"));
    assertBuilt(start(head()));
    assertThat(fixture.git("app", "rev-parse", "HEAD")).isEqualTo(commit);
    assertThat(fixture.file("app/.git/index.lock")).doesNotExist();
  }
}
