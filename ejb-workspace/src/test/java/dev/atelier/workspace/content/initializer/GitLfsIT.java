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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
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
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    String oid = HexFormat.of().formatHex(sha.digest(LARGE.getBytes(StandardCharsets.UTF_8)));
    repositories.commit(
        work,
        Map.of(
            "deep/.gitattributes",
            "*.bin filter=lfs diff=lfs merge=lfs -text\n",
            "deep/large.bin",
            "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"
                .formatted(oid, LARGE.length())),
        "Large");
    repositories.push(work, "main");
    server.once.put(
        "/r.git/info/lfs/objects/batch",
        """
        {"transfer": "basic", "objects": [{"oid": "%s", "size": %d, "authenticated": true,
        "actions": {"download": {"href": "%s"}}}]}
        """
            .formatted(oid, LARGE.length(), server.url("object")));
    server.once.put("/object", LARGE);
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
