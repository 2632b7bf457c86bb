// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static dev.atelier.workspace.content.initializer.ContentFixture.head;
import static dev.atelier.workspace.content.initializer.ContentFixture.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.FolderSandbox;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.GitAuthentication.Method;
import dev.atelier.workspace.domain.Initializer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who asks a git server, and who must never hear of it. */
class GitCredentialsIT {
  private static final String PASSWORD = "s3cr3t+/= \"$(id)'%";
  private static final String BASE64 =
      Base64.getEncoder().encodeToString(("ann:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
  private static final GitAuthentication BASIC =
      new GitAuthentication(Method.BASIC, "ann", PASSWORD, "");

  @TempDir Path temp;
  private Repositories repositories;
  private GitServer server;
  private GitServer other;
  private ContentFixture content;

  @BeforeEach
  void open() throws IOException {
    repositories = new Repositories(temp);
    server = new GitServer(repositories.served());
    other = new GitServer(repositories.served());
    content = new ContentFixture(temp.resolve("instance"));
  }

  @AfterEach
  void close() {
    server.close();
    other.close();
  }

  @Test
  void basicCredentialsOpenARepositoryAndAreSeenNowhere() throws Exception {
    repositories.simple("r");
    server.logins.put("/r", "ann:" + PASSWORD);
    content.run(with(head(server.url("r"), "r"), BASIC));
    assertThat(content.file("r/README.md")).exists();
    assertSeenNowhere();
  }

  @Test
  void credentialsInTheUrlAreUsedAndTakenOut() throws Exception {
    repositories.simple("r");
    server.logins.put("/r", "ann:p%w");
    content.run(head(server.url("r").replace("://", "://ann:p%25w@"), "r"));
    assertThat(content.git("r", "remote", "get-url", "origin")).isEqualTo(server.url("r"));
  }

  @Test
  void userInTheUrlIsUsedWhereNoneIsGivenAndTakenOut() throws Exception {
    repositories.simple("r");
    server.logins.put("/r", "org:" + PASSWORD);
    Initializer.Git url = head(server.url("r").replace("://", "://org@"), "r");
    content.run(with(url, new GitAuthentication(Method.BASIC, "", PASSWORD, "")));
    assertThat(content.git("r", "remote", "get-url", "origin")).isEqualTo(server.url("r"));
    assertSeenNowhere();
  }

  @Test
  void userInTheUrlIsNotUsedWhereAnotherIsGiven() throws Exception {
    repositories.simple("r");
    server.logins.put("/r", "ann:" + PASSWORD);
    content.run(with(head(server.url("r").replace("://", "://org@"), "r"), BASIC));
    assertThat(content.git("r", "remote", "get-url", "origin")).isEqualTo(server.url("r"));
  }

  @Test
  void userInTheUrlOfWhatEverybodyMayReadIsTakenOut() throws Exception {
    repositories.simple("r");
    content.run(head(server.url("r").replace("://", "://org@"), "r"));
    assertThat(content.git("r", "remote", "get-url", "origin")).isEqualTo(server.url("r"));
    assertThat(server.sawAuthorization()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"git_server, git_server", "B\u00fccher.test, xn--bcher-kva.test"})
  void hostsThatOnlyDnsKnowsAreAsked(String host, String name) throws Exception {
    repositories.simple("r");
    ContentFixture named =
        new ContentFixture(
            FolderSandbox.direct(temp.resolve("named")),
            ContentSettings.defaults(true),
            asked -> {
              assertThat(asked).isEqualTo(name);
              return List.of(InetAddress.getLoopbackAddress());
            });
    String url = server.url("r").replace("127.0.0.1", host);
    named.run(head(url, "r"));
    assertThat(named.file("r/README.md")).exists();
    assertThat(named.git("r", "remote", "get-url", "origin")).isEqualTo(url.replace(host, name));
  }

  @Test
  void wrongCredentialsFailWithoutBeingShown() throws Exception {
    repositories.simple("r");
    server.logins.put("/r", "ann:another");
    ContentFault fault = fault(with(head(server.url("r"), "r"), BASIC));
    assertThat(fault).hasMessageContaining("Authentication failed for '" + server.url("r"));
    assertThat(fault.getMessage()).doesNotContain(PASSWORD).doesNotContain(BASE64);
    assertSeenNowhere();
  }

  @Test
  void missingCredentialsFailAtOnce() throws Exception {
    repositories.simple("r");
    server.logins.put("/r", "ann:another");
    assertThatThrownBy(() -> content.run(head(server.url("r"), "r")))
        .isInstanceOf(ContentFault.class)
        .hasMessageContaining("terminal prompts disabled");
  }

  @Test
  void oneTimeSecretIsFetchedOnceAndUsed() throws Exception {
    repositories.simple("r");
    server.logins.put("/r", "ann:" + PASSWORD);
    other.once.put("/secret/abc", "ann:" + PASSWORD + "\n");
    content.run(with(head(server.url("r"), "r"), oneTime(other.url("secret/abc"))));
    assertThat(content.file("r/README.md")).exists();
    assertThat(other.requests).containsExactly("/secret/abc -");
    assertSeenNowhere();
  }

  @Test
  void oneTimeSecretThatIsGoneFailsWithoutItsPath() {
    ContentFault fault = fault(with(head(server.url("r"), "r"), oneTime(other.url("secret/abc"))));
    assertThat(fault)
        .hasMessageContaining("the one-time secret from " + other.url("").replaceAll("/$", ""))
        .hasMessageContaining("404");
    assertThat(fault.getMessage()).doesNotContain("abc");
    assertThat(other.requests).hasSize(1);
  }

  @Test
  void redirectToAnotherOriginDoesNotGetTheCredentials() throws Exception {
    repositories.simple("r");
    other.logins.put("/r", "ann:" + PASSWORD);
    server.redirects.put("/r", other.url("r"));
    fault(with(head(server.url("r"), "r"), BASIC));
    assertThat(other.requests).isNotEmpty();
    assertThat(other.sawAuthorization()).isFalse();
  }

  @Test
  void redirectAfterTheLoginDoesNotGetTheCredentials() throws Exception {
    repositories.simple("r");
    server.logins.put("/r", "ann:" + PASSWORD);
    server.redirectAfterLogin = other.url("");
    other.logins.put("/r", "ann:" + PASSWORD);
    fault(with(head(server.url("r"), "r"), BASIC));
    assertThat(server.sawAuthorization()).isTrue();
    assertThat(other.requests).isNotEmpty();
    assertThat(other.sawAuthorization()).isFalse();
  }

  @Test
  void submoduleOfTheSameOriginGetsTheCredentials() throws Exception {
    submodule(server.url("s"));
    server.logins.put("/", "ann:" + PASSWORD);
    content.run(with(head(server.url("r"), "r"), BASIC));
    assertThat(content.file("r/sub/README.md")).exists();
    assertSeenNowhere();
  }

  @Test
  void submoduleElsewhereDoesNotGetThemAndFailsSoftly() throws Exception {
    submodule(other.url("s"));
    server.logins.put("/r", "ann:" + PASSWORD);
    other.logins.put("/s", "ann:" + PASSWORD);
    content.run(with(head(server.url("r"), "r"), BASIC));
    assertThat(content.file("r/README.md")).exists();
    assertThat(content.file("r/sub")).isEmptyDirectory();
    assertThat(other.requests).isNotEmpty();
    assertThat(other.sawAuthorization()).isFalse();
    assertThat(content.progress).anyMatch(line -> line.startsWith("submodule sub is missing: "));
  }

  @Test
  void openSubmoduleElsewhereIsFetched() throws Exception {
    submodule(other.url("s"));
    content.run(head(server.url("r"), "r"));
    assertThat(content.file("r/sub/README.md")).exists();
  }

  private void submodule(String url) throws Exception {
    repositories.simple("s");
    Path work = repositories.simple("r");
    String commit = Repositories.git(repositories.served().resolve("s"), "rev-parse", "main");
    Files.writeString(
        work.resolve(".gitmodules"), "[submodule \"sub\"]\n\tpath = sub\n\turl = " + url + "\n");
    Repositories.git(work, "add", ".gitmodules");
    Repositories.git(work, "update-index", "--add", "--cacheinfo", "160000," + commit + ",sub");
    Repositories.git(work, "commit", "-qm", "Submodule");
    repositories.push(work, "main");
  }

  private static GitAuthentication oneTime(String url) {
    return new GitAuthentication(Method.ONE_TIME_SECRET, "", "", url);
  }

  private ContentFault fault(Initializer initializer) {
    return catchThrowableOfType(ContentFault.class, () -> content.run(initializer));
  }

  /** Neither in a file of the workspace or its home, nor in a command, nor in what was told. */
  private void assertSeenNowhere() throws IOException {
    List<String> secrets = List.of(PASSWORD, BASE64, "s3cr3t");
    assertThat(content.sandbox.commands.toString()).doesNotContain(secrets);
    assertThat(content.progress.toString()).doesNotContain(secrets);
    assertThat(server.processes).isNotEmpty();
    assertThat(server.processes).anyMatch(command -> command.contains("git-remote-http"));
    assertThat(server.processes.toString()).doesNotContain(secrets);
    try (Stream<Path> files = Files.walk(temp.resolve("instance"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(secrets);
      }
    }
  }
}
