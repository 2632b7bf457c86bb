// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program {@code atelier} as it is installed, against the real jar. */
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CommandLineIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;
  private static AtelierServer server;
  private static GitHttpServer git;
  private static String repository;

  private record Outcome(int code, String out, String err) {
    JsonNode json() throws IOException {
      return JSON.readTree(out);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    server = AtelierServer.start(folder.resolve("data"), Map.of());
    git = new GitHttpServer(Files.createDirectories(folder.resolve("git")));
    repository = git.repository("hello");
  }

  @AfterAll
  static void end() {
    git.close();
    server.close();
  }

  private static ProcessBuilder command(String... arguments) {
    List<String> words = new ArrayList<>(List.of(System.getProperty("atelier.cli")));
    words.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("ATELIER_CACHE", folder.resolve("cache").toString());
    builder.environment().put("ATELIER_ADDRESS", "127.0.0.1:" + server.grpcPort());
    builder.environment().put("ATELIER_DATA_DIRECTORY", folder.resolve("data").toString());
    builder.environment().put("ATELIER_OWNER", "tester");
    builder.environment().put("XDG_CONFIG_HOME", folder.resolve("none").toString());
    return builder;
  }

  private static Outcome run(ProcessBuilder builder) throws Exception {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    process.getOutputStream().close();
    assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private static Outcome atelier(String... arguments) throws Exception {
    return run(command(arguments));
  }

  private static Outcome done(String... arguments) throws Exception {
    Outcome outcome = atelier(arguments);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return outcome;
  }

  private static JsonNode status(String id) throws Exception {
    return done("describe", id, "-o", "json").json().get("status");
  }

  @Test
  @Order(1)
  void startShowsProgressAndKeepsTheTokenToItself() throws Exception {
    Outcome outcome = done("start", "one", "--git", repository, "-o", "json");

    assertThat(outcome.json().get("phase").asText()).isEqualTo("RUNNING");
    assertThat(outcome.json().get("auth").get("owner_token").asText()).isEmpty();
    assertThat(outcome.err()).contains("starting one").containsPattern("0:\\d\\d  RUNNING");
    assertThat(status("one").get("conditions").has("first_user_activity"))
        .as("who has started it is there")
        .isTrue();
    String token =
        done("describe", "one", "--show-token", "-o", "json")
            .json()
            .get("status")
            .get("auth")
            .get("owner_token")
            .asText();
    assertThat(token).isNotEmpty();
    assertThat(done("list", "-o", "json").out()).doesNotContain(token).contains("\"one\"");
    assertThat(done("describe", "one").out()).doesNotContain(token).contains("RUNNING");
  }

  @Test
  @Order(2)
  void everyChangeIsSeenInTheStatus() throws Exception {
    done("timeout", "one", "1h30m");
    done("port", "one", "3000", "--public");
    done("admission", "one", "everyone");
    Path key = folder.resolve("key.pub");
    Files.writeString(
        key,
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPq1EiQTBns7hcQ7KUgSSeLTDdhntJGNF/3EW9Wcq1nc me\n");
    done("ssh-key", "one", key.toString());

    JsonNode status = status("one");
    assertThat(status.get("spec").get("timeout").asText()).isEqualTo("1h30m0s");
    assertThat(status.get("spec").get("exposed_ports").get(0).get("visibility").asText())
        .isEqualTo("PORT_VISIBILITY_PUBLIC");
    assertThat(status.get("auth").get("admission").asText()).isEqualTo("ADMIT_EVERYONE");
    done("port", "one", "3000", "--hide");
    assertThat(status("one").get("spec").get("exposed_ports")).isEmpty();
    assertThat(done("list", "--owner", "tester").out()).contains("one", "RUNNING");
    assertThat(done("list", "--owner", "nobody").out().lines()).hasSize(1);
    assertThat(done("classes").out()).contains("default *");
  }

  @Test
  @Order(3)
  void snapshotIsWhatAnotherStartsFrom() throws Exception {
    String snapshot = done("snapshot", "one").out().strip();
    assertThat(done("backup", "one").out()).startsWith("atelier-backup:");
    done("start", "two", "--snapshot", snapshot);
    assertThat(folder.resolve("data/workspaces/two/README.md")).hasContent("# hello");
    Process watch =
        command("watch", "two", "-o", "json")
            .redirectOutput(folder.resolve("watched").toFile())
            .start();
    done("stop", "two", "--policy", "immediately", "--wait");
    assertThat(watch.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(watch.exitValue()).isZero();
    List<String> lines = Files.readAllLines(folder.resolve("watched"));
    assertThat(JSON.readTree(lines.get(lines.size() - 1)).get("phase").asText())
        .isEqualTo("STOPPED");
  }

  @Test
  @Order(4)
  void exitCodesTellWhatWentWrong() throws Exception {
    assertThat(atelier("describe", "absent").code()).isEqualTo(3);
    assertThat(atelier("start", "one", "--no-wait").code()).isEqualTo(4);
    Outcome invalid = atelier("start", "Not_A_Label", "--no-wait");
    assertThat(invalid.code()).isEqualTo(2);
    assertThat(invalid.err()).contains("id: ");
    assertThat(atelier("describe").code()).isEqualTo(2);
    assertThat(atelier("timeout", "one", "soon").code()).isEqualTo(2);
    assertThat(atelier("list", "--address", "127.0.0.1:1").code()).isEqualTo(8);
    Outcome failed = atelier("start", "three", "--git", repository + "x");
    assertThat(failed.code()).isEqualTo(10);
    assertThat(failed.err()).contains("Content initialization failed");
  }

  @Test
  @Order(5)
  void tokenComesFromAFileOrTheEnvironmentAndGoesNowhereInPlainText() throws Exception {
    ProcessBuilder abroad = command("list", "--address", "192.0.2.1:9000", "--tls", "false");
    abroad.environment().put("ATELIER_TOKEN", "hush-hush");
    Outcome outcome = run(abroad);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("TLS").doesNotContain("hush");
    Path config = folder.resolve("client.properties");
    Files.writeString(config, "address=127.0.0.1:1\n");
    ProcessBuilder configured = command("list", "--config", config.toString());
    configured.environment().remove("ATELIER_ADDRESS");
    assertThat(run(configured).code()).isEqualTo(8);
  }

  @Test
  @Order(6)
  void shellCompletesCommandsAndOptions() throws Exception {
    Path script = folder.resolve("completion");
    Files.writeString(script, done("completion").out());
    Outcome outcome =
        run(
            new ProcessBuilder(
                "bash",
                "-c",
                "source "
                    + script
                    + "; COMP_WORDS=(atelier des); COMP_CWORD=1; COMP_LINE='atelier des';"
                    + " _complete_atelier; echo \"${COMPREPLY[@]}\""));

    assertThat(outcome.out()).contains("describe");
  }

  @Test
  @Order(7)
  void classDataArchiveIsMadeOnceAndUsedFromThenOn() throws Exception {
    done("classes");
    List<Path> cache = cached();
    assertThat(cache).hasSize(1);
    Path archive = cache.get(0);
    FileTime made = Files.getLastModifiedTime(archive);
    assertThat(archive.getFileName().toString()).matches("classes-\\d+\\.jsa");
    done("classes");
    assertThat(Files.getLastModifiedTime(archive)).isEqualTo(made);
    assertThat(run(strictly(archive, "completion")).code()).isZero();
  }

  @Test
  @Order(8)
  void namesArriveWithoutALocaleToo() throws Exception {
    ProcessBuilder bare = command("start", "umlaut", "--image", "größe", "--no-wait");
    bare.environment().keySet().removeIf(name -> name.equals("LANG") || name.startsWith("LC_"));
    assertThat(run(bare).code()).isZero();
    assertThat(status("umlaut").get("spec").get("workspace_image").asText()).isEqualTo("größe");
    assertThat(status("umlaut").get("conditions").has("first_user_activity")).isTrue();
    done("stop", "umlaut", "--policy", "abort");

    ProcessBuilder jar = strictly(cached().get(0), "describe");
    jar.command().add("größe");
    jar.environment().put("LC_ALL", "C");
    Outcome refused = run(jar);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err().lines()).singleElement().asString().contains("LC_ALL=C.UTF-8");
  }

  private static List<Path> cached() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
      return files.toList();
    }
  }

  /** With a JVM that refuses to start where the archive does not fit. */
  private static ProcessBuilder strictly(Path archive, String command) {
    return new ProcessBuilder(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xshare:on",
        "-XX:+UseSerialGC",
        "-XX:SharedArchiveFile=" + archive,
        "-cp",
        System.getProperty("atelier.cli"),
        "dev.atelier.cli.Main",
        command);
  }
}
