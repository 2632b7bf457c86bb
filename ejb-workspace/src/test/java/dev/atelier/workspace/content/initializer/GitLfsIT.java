// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static dev.atelier.workspace.content.initializer.ContentFixture.head;
import static dev.atelier.workspace.content.initializer.ContentFixture.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.GitAuthentication.Method;
import dev.atelier.workspace.domain.WorkspaceType;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large files that are kept beside the repository. */
class GitLfsIT {
  private static final String LARGE = "a large file\n";
  private static final String BATCH = "/r.git/info/lfs/objects/batch";

  @TempDir Path temp;
  private Repositories repositories;
  private GitServer server;
  private ContentFixture content;

  @BeforeEach
  void open() throws Exception {
    repositories = new Repositories(temp);
    server = new GitServer(repositories.served());
    content = new ContentFixture(temp.resolve("instance"));
    Path work = repositories.empty("r", "main");
    large(work, "r");
    server.once.put(BATCH, batch());
    server.once.put("/object", LARGE);
  }

  private void large(Path work, String name) throws Exception {
    repositories.commit(
        work,
        Map.of(
            "deep/.gitattributes",
            "*.bin filter=lfs diff=lfs merge=lfs -text\n",
            "deep/large.bin",
            "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"
                .formatted(oid(), LARGE.length())),
        "Large in " + name);
    repositories.push(work, "main");
  }

  private static String oid() throws NoSuchAlgorithmException {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    return HexFormat.of().formatHex(sha.digest(LARGE.getBytes(StandardCharsets.UTF_8)));
  }

  private String batch() throws NoSuchAlgorithmException {
    return """
    {"transfer": "basic", "objects": [{"oid": "%s", "size": %d, "authenticated": true,
    "actions": {"download": {"href": "%s"}}}]}
    """
        .formatted(oid(), LARGE.length(), server.url("object"));
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void filesComeWhereTheProgramIsInstalled() throws Exception {
    if (!installed()) {
      System.out.println("left out: Git LFS is not installed (GitLfsIT)");
      Assumptions.abort();
    }
    server.logins.put("/r", "ann:secret");
    GitAuthentication basic = new GitAuthentication(Method.BASIC, "ann", "secret", "");
    content.run(with(head(server.url("r"), "r"), basic));
    assertThat(content.file("r/deep/large.bin")).hasContent(LARGE);
    assertThat(content.git("r", "config", "filter.lfs.smudge")).isEqualTo("git-lfs smudge -- %f");
    assertThat(content.git("r", "status", "--porcelain")).isEmpty();
    assertThat(content.status("r").totalUncommittedFiles()).isZero();
    Files.writeString(content.file("r/deep/large.bin"), "another " + LARGE);
    assertThat(content.status("r").uncommittedFiles()).containsExactly("deep/large.bin");
  }

  @Test
  void aFileThatCannotBeHadStaysAPointerAndIsNoted() throws Exception {
    if (!installed()) {
      System.out.println("left out: Git LFS is not installed (GitLfsIT)");
      Assumptions.abort();
    }
    server.once.remove("/object");
    Initialized done = content.run(WorkspaceType.IMAGEBUILD, head(server.url("r"), "r"));
    assertThat(content.file("r/deep/large.bin")).content().startsWith("version https://git-lfs");
    assertThat(done.notes()).singleElement().asString().startsWith("deep/large.bin is a pointer: ");
    assertThat(content.git("r", "status", "--porcelain")).isEmpty();
  }

  @Test
  void aServerThatStopsInTheMiddleOfAFileIsGivenUpInWords() throws Exception {
    if (!installed()) {
      System.out.println("left out: Git LFS is not installed (GitLfsIT)");
      Assumptions.abort();
    }
    String batch = server.once.get(BATCH);
    server.always.put(BATCH, batch);
    server.stalling.add("/object");
    Initialized done =
        content.run(
            WorkspaceType.IMAGEBUILD,
            with(head(server.url("r"), "r"), "", Map.of("http.lowSpeedTime", "2"), false));
    String address = URI.create(server.url("r")).getAuthority();
    assertThat(done.notes())
        .containsExactly("deep/large.bin is a pointer: " + address + " has sent nothing for 2 s");
  }

  @Test
  void filesOfSubmodulesComeAndStayWhatTheyAre() throws Exception {
    if (!installed()) {
      System.out.println("left out: Git LFS is not installed (GitLfsIT)");
      Assumptions.abort();
    }
    // One outer repository without large files, and one with them.
    for (String outer : new String[] {"plain", "r"}) {
      Path top = outer.equals("r") ? temp.resolve("work/r") : repositories.simple(outer);
      Path sub = temp.resolve("work/sub");
      if (outer.equals("plain")) {
        large(repositories.empty("sub", "main"), "sub");
      }
      Repositories.git(top, "config", "-f", ".gitmodules", "submodule.sub.url", server.url("sub"));
      Repositories.git(top, "config", "-f", ".gitmodules", "submodule.sub.path", "sub");
      Repositories.git(top, "add", ".gitmodules");
      String commit = Repositories.git(sub, "rev-parse", "HEAD");
      Repositories.git(top, "update-index", "--add", "--cacheinfo", "160000," + commit + ",sub");
      Repositories.git(top, "commit", "-qm", "Submodule");
      repositories.push(top, "main");
      server.always.put("/sub.git/info/lfs/objects/batch", batch());
      server.always.put("/sub/info/lfs/objects/batch", batch());
      server.always.put(BATCH, batch());
      server.always.put("/object", LARGE);

      Initialized done = content.run(WorkspaceType.IMAGEBUILD, head(server.url(outer), outer));

      assertThat(done.notes()).isEmpty();
      assertThat(content.file(outer + "/sub/deep/large.bin")).hasContent(LARGE);
      assertThat(content.git(outer + "/sub", "config", "filter.lfs.smudge"))
          .isEqualTo("git-lfs smudge -- %f");
      assertClean(outer);
      // As after a stop and a start: nothing of what the index remembers of the files holds.
      Path file = content.file(outer + "/sub/deep/large.bin");
      Path copy = Files.copy(file, file.resolveSibling("copy"));
      Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
      Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2030-01-01T00:00:00Z")));
      assertClean(outer);
    }
    assertThat(content.file("r/deep/large.bin")).hasContent(LARGE);
  }

  private void assertClean(String outer) throws Exception {
    assertThat(content.git(outer, "status", "--porcelain")).isEmpty();
    assertThat(content.git(outer + "/sub", "status", "--porcelain")).isEmpty();
  }

  @Test
  void configurationOfTheRepositoryStartsNoProgram() throws Exception {
    if (!installed()) {
      System.out.println("left out: Git LFS is not installed (GitLfsIT)");
      Assumptions.abort();
    }
    Path trace = temp.resolve("trace");
    Path ssh = Files.createDirectories(content.sandbox.programs()).resolve("ssh");
    Files.writeString(ssh, "#!/bin/sh\ntouch " + trace + "\nexit 1\n");
    assertThat(ssh.toFile().setExecutable(true)).isTrue();
    Path evil = Files.writeString(temp.resolve("evil"), "#!/bin/sh\ntouch " + trace + "\n");
    assertThat(evil.toFile().setExecutable(true)).isTrue();
    String[] ways = {
      "[lfs]\n\turl = ssh://git@127.0.0.1/x\n",
      "[remote \"origin\"]\n\tlfsurl = git@127.0.0.1:x\n",
      "[lfs]\n\tstandalonetransferagent = evil\n[lfs \"customtransfer.evil\"]\n\tpath = %s\n",
      "[lfs \"extension.evil\"]\n\tclean = %1$s\n\tsmudge = %1$s\n\tpriority = 0\n",
      "[core]\n\tsshCommand = %s\n\taskPass = %1$s\n[credential]\n\thelper = %1$s\n",
    };
    for (int i = 0; i < ways.length; i++) {
      Path work = temp.resolve("work/r");
      repositories.commit(work, Map.of(".lfsconfig", ways[i].formatted(evil)), "Way " + i);
      repositories.push(work, "main");
      try {
        content.run(head(server.url("r"), "r" + i));
      } catch (ContentFault e) {
        assertThat(e).hasMessageNotContaining(trace.toString());
      }
      assertThat(trace).as(ways[i]).doesNotExist();
    }
  }

  @Test
  void pointersStayWhereItIsNot() throws Exception {
    // Stands for a machine without it: git finds this one first.
    Path missing = Files.createDirectories(content.sandbox.programs()).resolve("git-lfs");
    Files.writeString(missing, "#!/bin/sh\nexit 127\n");
    assertThat(missing.toFile().setExecutable(true)).isTrue();
    content.run(head(server.url("r"), "r"));
    assertThat(content.file("r/deep/large.bin")).content().startsWith("version https://git-lfs");
    content.git("r", "config", "filter.lfs.clean", "git-lfs clean -- %f");
    content.git("r", "config", "filter.lfs.required", "true");
    assertThat(content.status("r").totalUncommittedFiles()).isZero();
    assertThat(content.progress).contains("Git LFS is not installed; its files stay pointers");
  }

  private static boolean installed() throws IOException, InterruptedException {
    return new ProcessBuilder("git", "lfs", "version")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }
}
