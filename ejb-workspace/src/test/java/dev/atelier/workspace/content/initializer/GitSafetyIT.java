// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static dev.atelier.workspace.content.initializer.ContentFixture.git;
import static dev.atelier.workspace.content.initializer.ContentFixture.head;
import static dev.atelier.workspace.content.initializer.ContentFixture.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.FolderSandbox;
import dev.atelier.workspace.content.egress.AddressResolver;
import dev.atelier.workspace.content.egress.EgressPolicy;
import dev.atelier.workspace.content.egress.EgressProxy;
import dev.atelier.workspace.content.egress.UpstreamProxy;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.Initializer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repositories, servers and requests that mean ill. */
class GitSafetyIT {
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
  void linkLocalIsRefusedDirectlyAndAfterARedirect() {
    assertRefused(head("http://169.254.169.254/r", "r"));
    assertRefused(head("https://[::ffff:169.254.169.254]/r", "r"));
    server.redirects.put("/r", "http://169.254.169.254/r");
    assertRefused(head(server.url("r"), "r"));
  }

  @Test
  void loopbackIsRefusedUnlessAllowed() throws Exception {
    repositories.simple("r");
    content =
        new ContentFixture(
            FolderSandbox.direct(temp.resolve("other")),
            ContentSettings.defaults(false),
            AddressResolver.SYSTEM);
    assertThat(fault(head(server.url("r"), "r")))
        .hasMessageContaining("address 127.0.0.1 may not be reached");
    assertThat(server.requests).isEmpty();
  }

  @Test
  void customConfigDoesNotOpenAnotherWayOut() throws Exception {
    repositories.simple("r");
    content =
        new ContentFixture(
            FolderSandbox.direct(temp.resolve("other")),
            ContentSettings.defaults(false),
            AddressResolver.SYSTEM);
    Map<String, String> config =
        Map.of(
            "http." + server.url("") + ".proxy", "", "http.proxy", "", "remote.origin.proxy", "");
    assertThat(fault(with(head(server.url("r"), "r"), "", config, false)))
        .hasMessageContaining("may not be reached");
    assertThat(server.requests).isEmpty();
  }

  @Test
  void onlyAllowedProtocolsWork() throws Exception {
    repositories.simple("r");
    String local = repositories.served().resolve("r").toString();
    Path trace = temp.resolve("trace");
    for (String url : List.of("file://x" + local, "ssh://git@127.0.0.1/r", "git://127.0.0.1/r")) {
      assertThat(fault(head(url, "r"))).as(url).hasMessageContaining("not allowed");
    }
    for (String url :
        List.of(local, "file://" + local, "ext::touch " + trace, "-u", "--upload-pack=touch")) {
      assertThat(fault(head(url, "r"))).as(url).isNotNull();
    }
    assertThat(trace).doesNotExist();
  }

  @Test
  void sshWorksWhereItIsAllowedAtTheAddressThatWasChecked() throws Exception {
    repositories.simple("r");
    Path log = temp.resolve("ssh.log");
    FolderSandbox sandbox = FolderSandbox.direct(temp.resolve("other"));
    Path ssh = Files.createDirectories(sandbox.programs()).resolve("ssh");
    // Stands for the program: notes how it is called, and is the other side at once.
    Files.writeString(
        ssh,
        """
        #!/bin/sh
        echo "$@" >>%s
        for last; do :; done
        cd %s && export GIT_CONFIG_GLOBAL=/dev/null && eval "git ${last#git-}"
        """
            .formatted(log, repositories.served()));
    assertThat(ssh.toFile().setExecutable(true)).isTrue();
    Duration minute = Duration.ofMinutes(1);
    ContentSettings settings =
        new ContentSettings(
            new EgressPolicy(false, List.of(), List.of()),
            Set.of("https", "ssh"),
            minute,
            minute,
            minute,
            1_000);
    Map<String, InetAddress> hosts =
        Map.of(
            "git.example", InetAddress.getByAddress(new byte[] {10, 1, 2, 3}),
            "bad.example", InetAddress.getByAddress(new byte[] {(byte) 169, (byte) 254, 1, 1}));
    content = new ContentFixture(sandbox, settings, host -> List.of(hosts.get(host)));
    String path = repositories.served().resolve("r").toString();
    content.run(head("ssh://git@git.example" + path, "r"));
    assertThat(content.file("r/README.md")).exists();
    assertThat(Files.readString(log))
        .contains("HostName=10.1.2.3", "HostKeyAlias=git.example", "BatchMode=yes");
    assertThat(fault(head("ssh://git@bad.example" + path, "x")))
        .hasMessageContaining("may not be reached");
    assertThat(fault(head(server.url("r"), "y"))).hasMessageContaining("not allowed");
  }

  @Test
  void whatOnlyANetworksProxyKnowsComesByIt() throws Exception {
    repositories.simple("r");
    ContentSettings otherwise = ContentSettings.defaults(false);
    try (EgressProxy network =
        new EgressProxy(
            new EgressPolicy(true, List.of(), List.of()),
            host -> List.of(InetAddress.getLoopbackAddress()),
            Thread::new)) {
      EgressPolicy egress =
          new EgressPolicy(
              false,
              List.of(),
              List.of(),
              Optional.of(UpstreamProxy.parse(network.url(), List.of())));
      ContentSettings settings =
          new ContentSettings(
              egress,
              otherwise.gitSchemes(),
              otherwise.gitTimeout(),
              otherwise.statusTimeout(),
              otherwise.downloadTimeout(),
              otherwise.downloadLimit());
      content =
          new ContentFixture(
              FolderSandbox.direct(temp.resolve("other")),
              settings,
              host -> {
                throw new UnknownHostException(host);
              });
      content.run(head(server.url("r").replace("127.0.0.1", "only-by-proxy.test"), "r"));
      assertThat(content.file("r/README.md")).exists();
      network.renew();
      assertThat(fault(head(server.url("r").replace("127.0.0.1", "only-by-proxy.test"), "s")))
          .hasMessageContaining("the proxy answers 407");
    }
  }

  @Test
  void submoduleTricksAreHarmless() throws Exception {
    repositories.simple("s");
    Path work = repositories.simple("r");
    Path trace = temp.resolve("trace");
    String commit = Repositories.git(repositories.served().resolve("s"), "rev-parse", "main");
    Files.writeString(
        work.resolve(".gitmodules"),
        """
        [submodule "a"]
        path = a
        url = -u./touch %1$s
        [submodule "b"]
        path = b
        url = %2$s
        update = !touch %1$s
        [submodule "c"]
        path = c
        url = ext::touch %1$s
        [submodule "d"]
        path = d
        url = %3$s
        [submodule "../../e"]
        path = e
        url = %2$s
        """
            .formatted(trace, server.url("s"), repositories.served().resolve("s")));
    Repositories.git(work, "add", ".gitmodules");
    for (String name : List.of("a", "b", "c", "d", "e")) {
      Repositories.git(
          work, "update-index", "--add", "--cacheinfo", "160000," + commit + "," + name);
    }
    Repositories.git(work, "commit", "-qm", "Tricks");
    repositories.push(work, "main");
    content.run(head(server.url("r"), "r"));
    assertThat(trace).doesNotExist();
    assertThat(content.file("r/README.md")).exists();
    assertThat(content.file("r/d")).isEmptyDirectory();
    assertThat(content.progress).anyMatch(line -> line.contains(" is missing: "));
  }

  @Test
  void filesBehindALinkAreNotWrittenThroughIt() throws Exception {
    Path outside = Files.createDirectories(temp.resolve("outside"));
    Path work = repositories.empty("r", "main");
    Files.writeString(work.resolve("payload"), "x");
    String blob = Repositories.git(work, "hash-object", "-w", "payload");
    Files.writeString(work.resolve("target"), outside.toString());
    String link = Repositories.git(work, "hash-object", "-w", "target");
    Path inner = Files.writeString(work.resolve("tree"), "100644 blob " + blob + "\tpasswd\n");
    String tree = mktree(work, inner);
    Path outer =
        Files.writeString(
            work.resolve("tree"), "120000 blob " + link + "\ta\n040000 tree " + tree + "\ta\n");
    String root = mktree(work, outer);
    String commit = Repositories.git(work, "commit-tree", "-m", "Link", root);
    Repositories.git(work, "push", "-q", "origin", commit + ":refs/heads/main");
    fault(head(server.url("r"), "r"));
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void checkoutBelowALinkThatLeadsOutIsRefused() throws Exception {
    repositories.simple("r");
    Path outside = Files.createDirectories(temp.resolve("outside"));
    Files.createSymbolicLink(content.file("link"), outside);
    assertThat(fault(head(server.url("r"), "link/r")))
        .hasMessageContaining("leads out of the workspace");
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void hooksAndFiltersOfTheRepositoryDoNotRun() throws Exception {
    Path trace = temp.resolve("trace");
    Path work = repositories.empty("r", "main");
    repositories.commit(
        work,
        Map.of(
            ".gitattributes", "* filter=evil\n",
            "hooks/post-checkout", "#!/bin/sh\ntouch " + trace + "\n",
            "file", "x"),
        "Hooks");
    Repositories.git(work, "update-index", "--chmod=+x", "hooks/post-checkout");
    Repositories.git(work, "commit", "-qm", "Executable");
    repositories.push(work, "main");
    Map<String, String> config =
        Map.of("core.hooksPath", "hooks", "filter.evil.smudge", "touch " + trace + "; cat");
    content.run(with(head(server.url("r"), "r"), "", config, false));
    assertThat(trace).doesNotExist();
    // It is the user's from now on, as asked for.
    assertThat(content.git("r", "config", "core.hooksPath")).isEqualTo("hooks");
  }

  @Test
  void oddTargetsAreNamesAndNotOptions() throws Exception {
    repositories.simple("r");
    for (String target : List.of("--help", "-f", "a..b", "x\ny", "*", "@{-1}", "HEAD:README.md")) {
      for (CloneTargetMode mode :
          List.of(CloneTargetMode.REMOTE_COMMIT, CloneTargetMode.LOCAL_BRANCH)) {
        assertThat(fault(git(server.url("r"), mode, target, "r")))
            .as(mode + " " + target)
            .isNotNull();
      }
    }
  }

  @Test
  void keysThatAreNoneAreRefused() throws Exception {
    repositories.simple("r");
    for (String key : List.of("nodot", "a.b\n[core]\nx", "a]b.c", "a.b.", "")) {
      assertThat(fault(with(head(server.url("r"), "r"), "", Map.of(key, "v"), false)))
          .as(key)
          .hasMessageContaining("not a git configuration key");
    }
  }

  @Test
  void interruptEndsGit() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + silent.getLocalPort() + "/r";
      FutureTask<Throwable> run =
          new FutureTask<>(
              () -> {
                try {
                  content.run(head(url, "r"));
                  return null;
                } catch (ContentFault | InterruptedException e) {
                  return e;
                }
              });
      Thread thread = ContentFixture.daemon(run);
      thread.start();
      try (var connection = silent.accept()) {
        assertThat(connection.isConnected()).isTrue();
        thread.interrupt();
        assertThat(run.get(30, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
      }
      Awaitility.await()
          .untilAsserted(() -> assertThat(content.sandbox.processes).noneMatch(Process::isAlive));
    }
  }

  @Test
  void onlyWhatFetchesHasANetworkAndCredentials() throws Exception {
    Path work = repositories.simple("r");
    repositories.simple("s");
    Repositories.git(work, "submodule", "add", "--quiet", "../s", "s");
    Repositories.git(work, "config", "-f", ".gitmodules", "submodule.s.url", server.url("s"));
    repositories.commit(work, Map.of("more", "x"), "Submodule");
    repositories.push(work, "main");
    content.run(new Initializer.Composite(List.of(head(server.url("r"), "r"))));
    content.status("r");
    content.backups.saveSnapshot(
        content.sandbox, "a".repeat(32), ContentFixture.KEY, "one", Instant.EPOCH);
    content.run(new Initializer.Snapshot("atelier-snapshot:" + "a".repeat(32), false));
    assertThat(content.sandbox.online)
        .isNotEmpty()
        .allMatch(
            command ->
                command.get(0).equals("git")
                    && command.stream()
                        .anyMatch(Set.of("ls-remote", "fetch", "submodule")::contains));
    assertThat(content.sandbox.commands)
        .filteredOn(command -> !content.sandbox.online.contains(command))
        .extracting(command -> String.join(" ", command))
        .anyMatch(command -> command.contains("checkout"))
        .anyMatch(command -> command.contains("tar --create"))
        .anyMatch(command -> command.contains("tar --extract"))
        .anyMatch(command -> command.contains("du -sb"))
        .anyMatch(command -> command.contains("status --porcelain"))
        .noneMatch(command -> command.contains("ATELIER_GIT_PASSWORD"));
  }

  @Test
  void worksInARealSandboxThatSeesNothingElse() throws Exception {
    if (!Files.isExecutable(Path.of("/usr/bin/bwrap"))) {
      System.out.println("left out: bubblewrap is not installed (GitSafetyIT)");
      Assumptions.abort();
    }
    repositories.simple("r");
    content =
        new ContentFixture(
            FolderSandbox.bubblewrap(temp.resolve("boxed")),
            ContentSettings.defaults(true),
            AddressResolver.SYSTEM);
    content.run(
        new Initializer.Composite(
            List.of(
                head(server.url("r"), "r"),
                git(server.url("r"), CloneTargetMode.REMOTE_BRANCH, "main", "s"))));
    assertThat(content.file("r/README.md")).exists();
    assertThat(content.status("s").branch()).isEqualTo("main");
    Files.createSymbolicLink(content.file("etc"), Path.of("/etc"));
    assertThatThrownBy(() -> content.run(head(server.url("r"), "etc/r")))
        .isInstanceOf(ContentFault.class)
        .hasMessageContaining("leads out of the workspace");
  }

  private void assertRefused(Initializer initializer) {
    assertThat(fault(initializer))
        .hasMessageContaining("169.254.169.254")
        .hasMessageContaining("may not be reached");
  }

  private ContentFault fault(Initializer initializer) {
    return catchThrowableOfType(ContentFault.class, () -> content.run(initializer));
  }

  private static String mktree(Path work, Path listing) throws Exception {
    Process process =
        new ProcessBuilder("git", "-c", "safe.directory=*", "mktree")
            .directory(work.toFile())
            .redirectInput(listing.toFile())
            .start();
    String tree = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return tree.strip();
  }
}
