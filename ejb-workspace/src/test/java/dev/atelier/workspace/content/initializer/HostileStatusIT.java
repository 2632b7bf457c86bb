// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static dev.atelier.workspace.content.initializer.ContentFixture.head;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.LeftOut;
import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.domain.GitStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Git status of checkouts whose owner wants it to run, read or wait for something. */
@Timeout(60)
class HostileStatusIT {
  @TempDir Path temp;
  private Repositories repositories;
  private GitServer server;
  private ContentFixture content;
  private Path trace;

  @BeforeEach
  void open() throws Exception {
    repositories = new Repositories(temp);
    server = new GitServer(repositories.served());
    content = new ContentFixture(temp.resolve("instance"));
    trace = temp.resolve("trace");
    repositories.simple("r");
    content.run(head(server.url("r"), "r"));
  }

  @AfterEach
  void close() {
    server.close();
  }

  /** Runs a script in a folder of the workspace; TRACE in it is a program that leaves a trace. */
  private void sh(String folder, String script) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-euc", script.replace("TRACE", "touch " + trace + "; cat"))
            .directory(content.file(folder).toFile())
            .redirectErrorStream(true);
    builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
    builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
    for (String who : List.of("AUTHOR", "COMMITTER")) {
      builder.environment().put("GIT_" + who + "_NAME", "A");
      builder.environment().put("GIT_" + who + "_EMAIL", "a@example.org");
    }
    Process shell = builder.start();
    shell.getOutputStream().close();
    String said = new String(shell.getInputStream().readAllBytes(), ISO_8859_1);
    assertThat(shell.waitFor()).as(said).isZero();
  }

  private void assertTrapIsReal(String folder) throws Exception {
    sh(folder, "git status >/dev/null 2>&1 || true");
    assertThat(trace).exists();
  }

  @Test
  void filterWhoseNameIsNotUtf8IsNotRun() throws Exception {
    sh(
        "r",
        """
        printf '* filter=\\377\\n' >.gitattributes
        printf '[filter "\\377"]\\n\\tclean = TRACE\\n' >>.git/config
        echo changed >README.md
        """);
    assertThat(content.status("r").uncommittedFiles()).containsExactly("README.md");
    assertThat(trace).doesNotExist();
    assertTrapIsReal("r");
  }

  @Test
  void configurationThatComesBetweenTwoProgramsIsNotUsed() throws Exception {
    Path config = content.file("r/.git/config");
    Path friendly = Files.copy(config, temp.resolve("friendly"));
    sh(
        "r",
        """
        echo '* filter=evil' >.gitattributes
        echo changed >README.md
        cp .git/config ../hostile
        git config -f ../hostile filter.evil.clean 'TRACE'
        git config -f ../hostile core.fsmonitor 'TRACE'
        """);
    // Wherever the reader looks for the first time, and whenever it looks again.
    for (int after = 0; after < 8; after++) {
      Files.copy(friendly, config, StandardCopyOption.REPLACE_EXISTING);
      int[] left = {after};
      content.sandbox.before =
          () -> {
            try {
              if (left[0]-- == 0) {
                Files.copy(content.file("hostile"), config, StandardCopyOption.REPLACE_EXISTING);
              }
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          };
      assertThat(content.status("r").uncommittedFiles()).contains("README.md");
      assertThat(trace).as("after " + after + " programs").doesNotExist();
    }
    Files.copy(content.file("hostile"), config, StandardCopyOption.REPLACE_EXISTING);
    assertTrapIsReal("r");
  }

  @Test
  void includedPipeIsNotWaitedFor() throws Exception {
    sh("r", "mkfifo pipe; git config include.path ../pipe");
    assertThat(content.status("r").branch()).isEqualTo("main");
  }

  private static final String ARM =
      """
      printf '* filter=evil\\n' >.git/info/attributes
      git config filter.evil.clean 'TRACE'
      git config core.fsmonitor 'TRACE'
      git config diff.external 'TRACE'
      echo changed >f
      mkfifo pipe
      git config include.path ../pipe || true
      """;

  private static final String MADE =
      "git init -q -b main . && echo x >f && git add f && git commit -qm One && echo y >g\n";

  @Test
  void submodulesAndRepositoriesBelowAreNotEntered() throws Exception {
    sh("r", "mkdir sub moved still && git config advice.addEmbeddedRepo false");
    for (String name : List.of("sub", "moved", "still")) {
      sh("r/" + name, MADE);
    }
    sh("r", "git add sub moved still && git commit -qm Submodules");
    sh("r/moved", "git commit -q --allow-empty -m Two");
    sh("r", "mkdir -p loose ign/ored && echo /ign >>.git/info/exclude && rm -rf src/a.txt");
    sh("r", "mkdir src/a.txt");
    for (String name : List.of("loose", "ign/ored", "src/a.txt")) {
      sh("r/" + name, MADE);
    }
    for (String name : List.of("sub", "moved", "loose", "ign/ored", "src/a.txt")) {
      sh("r/" + name, ARM);
    }
    GitStatus status = content.status("r");
    assertThat(trace).doesNotExist();
    assertThat(status.uncommittedFiles()).containsExactlyInAnyOrder("moved", "src/a.txt");
    assertThat(status.totalUncommittedFiles()).isEqualTo(2);
    assertThat(status.untrackedFiles()).containsExactly("loose/");
    assertThat(status.unpushedCommits()).singleElement().asString().endsWith(" Submodules");
  }

  @Test
  void gitOpensNothingThatIsConfiguredInTheWorkspace() throws Exception {
    boolean strace = Files.isExecutable(Path.of("/usr/bin/strace"));
    LeftOut.unless(strace, "strace is missing", "what files git opens");
    sh("r", "mkdir sub loose && git config advice.addEmbeddedRepo false");
    sh("r/sub", MADE);
    sh("r/loose", MADE);
    sh("r", "git add sub && git commit -qm Sub && echo owt >README.md");
    Path calls = temp.resolve("calls");
    Path git = Files.createDirectories(content.sandbox.programs()).resolve("git");
    Files.writeString(
        git,
        "#!/bin/sh\nexec strace -f -A -o %s -e trace=open,openat,execve /usr/bin/git \"$@\"\n"
            .formatted(calls));
    assertThat(git.toFile().setExecutable(true)).isTrue();
    assertThat(content.status("r").untrackedFiles()).containsExactly("loose/");
    String opened = Files.readString(calls, ISO_8859_1);
    assertThat(opened.contains("\"README.md\"")).isTrue();
    assertThat(opened.lines())
        .noneMatch(
            line -> line.contains("r/.git") || line.contains("loose") || line.contains("sub/"));
    assertThat(opened.lines().filter(line -> line.contains("\".git")))
        .allMatch(
            line ->
                line.contains("\".gitignore\"")
                    || line.contains("\".gitattributes\"")
                    || line.contains("\".gitmodules\""));
    assertThat(opened.lines().filter(line -> line.contains("execve(")))
        .allMatch(line -> line.contains("/usr/bin/git\""));
  }

  @Test
  void pipesAreNotWaitedFor() throws Exception {
    for (String name :
        List.of(
            "HEAD",
            "index",
            "config",
            "config.worktree",
            "packed-refs",
            "shallow",
            "commondir",
            "info/exclude",
            "info/attributes",
            "info/sparse-checkout",
            "objects/info/alternates",
            "objects/pack/pack-1.idx",
            "objects/ab/" + "c".repeat(38))) {
      sh("r", "cp -a .git ../kept; mkdir -p .git/objects/ab .git/info; mkfifo ../p");
      sh("r", "rm -f .git/%1$s; ln -s \"$(realpath ../p)\" .git/%1$s".formatted(name));
      assertThatThrownBy(() -> content.status("r"))
          .as(name)
          .isInstanceOf(ContentFault.class)
          .hasMessageContaining("no ordinary file");
      sh("r", "rm -rf .git ../p; mv ../kept .git");
    }
    for (String name : List.of(".gitignore", "src/.gitattributes", ".gitmodules")) {
      sh("r", "mkfifo " + name);
      assertThatThrownBy(() -> content.status("r"))
          .as(name)
          .isInstanceOf(ContentFault.class)
          .hasMessage("git would read a pipe: " + name);
      sh("r", "rm " + name);
    }
    assertThat(content.status("r").branch()).isEqualTo("main");
  }

  @Test
  void nothingLeadsOutOfTheWorkspace() throws Exception {
    Path outside = Files.createDirectories(temp.resolve("outside"));
    sh("r", "cp -a .git " + outside + "/git");
    sh("r", "mv .git ../kept");
    List<String> ways =
        List.of(
            "ln -s OUT/git .git",
            "echo 'gitdir: OUT/git' >.git",
            "cp -a ../kept .git; echo OUT/git >.git/commondir",
            "cp -a ../kept .git; rm -r .git/objects; ln -s OUT/git/objects .git/objects",
            "cp -a ../kept .git; echo OUT/git/objects >.git/objects/info/alternates",
            "cp -a ../kept .git; rm -r .git/refs; ln -s OUT/git/refs .git/refs",
            "cp -a ../kept .git; rm .git/HEAD; ln -s OUT/git/HEAD .git/HEAD",
            "cp -a ../kept .git; rm .git/config; ln -s OUT/git/config .git/config");
    for (String way : ways) {
      sh("r", way.replace("OUT", outside.toString()));
      assertThatThrownBy(() -> content.status("r"))
          .as(way)
          .isInstanceOf(ContentFault.class)
          .hasMessage("the repository leads out of the workspace");
      sh("r", "rm -rf .git");
    }
  }

  @Test
  void filesWithoutEndAreRefused() throws Exception {
    sh("r", "truncate -s 2G .git/packed-refs");
    assertThatThrownBy(() -> content.status("r"))
        .isInstanceOf(ContentFault.class)
        .hasMessage("the repository's packed-refs is too large");
  }

  @Test
  void linkedWorkTreesAndSharedObjectsAreReadAsEver() throws Exception {
    sh(
        "r",
        """
        git branch topic
        git worktree add -q ../linked topic
        git clone -q --shared . ../shared
        git clone -q --shared ../shared ../again
        echo x >../linked/new; echo changed >../linked/README.md
        cd ../linked && git add README.md && git commit -qm Linked && echo more >README.md
        """);
    GitStatus linked = content.status("linked");
    assertThat(linked.branch()).isEqualTo("topic");
    assertThat(linked.uncommittedFiles()).containsExactly("README.md");
    assertThat(linked.untrackedFiles()).containsExactly("new");
    assertThat(linked.totalUnpushedCommits()).isEqualTo(1);
    assertThat(content.status("again"))
        .isEqualTo(
            new GitStatus(
                "main",
                content.git("again", "rev-parse", "HEAD"),
                List.of(),
                0,
                List.of(),
                0,
                List.of(),
                0));
  }

  @Test
  void whatBearsOnTheAnswerIsKept() throws Exception {
    List<String> ways =
        List.of(
            "git config core.fileMode false; chmod +x README.md",
            "git config core.autocrlf true; printf 'two\\r\\n' >README.md; git add .",
            "git config core.autocrlf input; printf 'two\\r\\n' >README.md; git add .",
            "echo '*.md text eol=crlf' >.git/info/attributes; printf 'two\\r"
                + "\\n"
                + "' >README.md; git add .",
            "echo /left >>.git/info/exclude; echo x >left",
            "git sparse-checkout set --cone --sparse-index nothing",
            "git sparse-checkout set --no-cone /README.md",
            "git update-index --split-index; echo x >more; git add more; git commit -qm More"
                + "; git update-ref refs/remotes/origin/main HEAD",
            "git pack-refs --all; git gc -q",
            "git config core.ignoreCase true; echo LEFT >>.git/info/exclude; echo x >left",
            "git update-index --assume-unchanged README.md; echo changed >README.md",
            "git update-index --untracked-cache");
    sh("", "cp -a r kept");
    for (String way : ways) {
      sh("", "rm -rf r; cp -a kept r");
      sh("r", way);
      String commit = content.git("r", "rev-parse", "HEAD");
      assertThat(content.git("r", "status", "--porcelain")).as(way).isEmpty();
      // As after a restore: no file is known by its times any more.
      sh("", "cp -r r copy; rm -rf r; mv copy r; chmod -R u+w r");
      if (way.contains("chmod")) {
        sh("r", "chmod +x README.md");
      }
      assertThat(content.status("r"))
          .as(way)
          .isEqualTo(new GitStatus("main", commit, List.of(), 0, List.of(), 0, List.of(), 0));
    }
  }

  /** Git looks into a file whose time says nothing, since it is as new as the index. */
  @Test
  void whatWasChangedInTheMomentThatItWasAddedIsSeen() throws Exception {
    sh("", "git init -q -b main quick");
    sh("quick", "git config core.trustCTime false; git config core.checkStat minimal");
    sh("quick", "echo x >f; touch -d @1000000000 f; git add f; git commit -qm One");
    sh("quick", "echo y >f; touch -d @1000000000 f .git/index");
    assertThat(content.status("quick").uncommittedFiles()).containsExactly("f");
    sh("quick", "mkdir in");
    sh("quick/in", MADE);
    assertThat(content.status("quick").uncommittedFiles()).containsExactly("f");
  }

  @Test
  void repositoriesWithLongHashesAreRead() throws Exception {
    sh("", "git init -q --object-format=sha256 -b main long");
    sh("long", "echo x >f; git add f; git commit -qm One; echo y >f; mkdir in");
    sh("long/in", MADE);
    GitStatus status = content.status("long");
    assertThat(status.latestCommit()).hasSize(64);
    assertThat(status.uncommittedFiles()).containsExactly("f");
    assertThat(status.untrackedFiles()).containsExactly("in/");
  }
}
