// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.proto.wsman.AdmissionLevel;
import dev.atelier.proto.wsman.PortVisibility;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import dev.atelier.workspace.LeftOut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every snippet of the page on the calls does what the page says, against the real jar. */
@Timeout(420)
class ApiPageIT {
  private static final Path PROTO = Path.of("../proto").toAbsolutePath().normalize();
  private static final Path PAGE = PROTO.resolve("API.md");
  private static final List<String> CALLS =
      WorkspaceManagerGrpc.getServiceDescriptor().getMethods().stream()
          .map(method -> method.getBareMethodName())
          .toList();

  @TempDir static Path folder;
  private static AtelierServer server;
  private static ManagerClient client;
  private static GitHttpServer git;
  private static String repository;

  @BeforeAll
  static void start() throws Exception {
    server = AtelierServer.start(folder.resolve("data"), Map.of());
    client = new ManagerClient(server.grpcPort());
    git = new GitHttpServer(Files.createDirectories(folder.resolve("git")));
    repository = git.repository("hello");
    LeftOut.unless(
        !server.asksForToken(), "gRPC asks for a token here", "the snippets of the pages");
  }

  @AfterAll
  static void end() {
    git.close();
    client.close();
    server.close();
  }

  @Test
  void pageHasEveryCallInEveryLanguage() throws IOException {
    String page = Files.readString(PAGE);

    assertThat(CALLS).allSatisfy(call -> assertThat(page).contains("\n## " + call + "\n"));
    int pieces = CALLS.size() + 2;
    assertThat(Snippets.of(PAGE, "sh").count()).isEqualTo(pieces - 1);
    for (String language : List.of("go", "typescript", "python", "java")) {
      assertThat(Snippets.of(PAGE, language).count()).as(language).isEqualTo(pieces);
    }
  }

  @Test
  void grpcurl() throws Exception {
    needs("grpcurl", "--version");
    Path script = write("calls/calls.sh", "set -eu\n" + program("sh", "by-grpcurl"));
    assertDone("by-grpcurl", run(script.getParent(), "bash", "calls.sh"));
  }

  /** The page that everybody reads first, typed line by line. */
  @Test
  void firstWorkspaceOfTheReadme() throws Exception {
    needs("grpcurl", "--version");
    List<String> lines =
        Snippets.of(Path.of("../README.md"), "sh")
            .starting("W=first; call()")
            .replace("127.0.0.1:9000", "127.0.0.1:" + server.grpcPort())
            .replace("https://github.com/octocat/Hello-World", repository)
            .replace("W=first", "W=by-readme")
            .lines()
            .toList();
    Path shell = Files.createDirectories(folder.resolve("readme"));
    Files.createSymbolicLink(shell.resolve("atelier-data"), folder.resolve("data"));
    String said = "";
    for (String line : lines.subList(1, lines.size())) {
      said += run(shell, "bash", "-euc", lines.get(0) + "\n" + line);
      if (line.startsWith("call StartWorkspace")) {
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> phase("by-readme").filter(WorkspacePhase.RUNNING::equals).isPresent());
      }
    }

    assertThat(said).contains("/workspaces/by-readme", "\"RUNNING\"", "README.md");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> phase("by-readme").filter(WorkspacePhase.STOPPED::equals).isPresent());
  }

  @Test
  void java() throws Exception {
    Path source = write("java/Example.java", program("java", "by-java"));
    assertDone(
        "by-java",
        run(
            source.getParent(),
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            "Example.java"));
  }

  @Test
  void go() throws Exception {
    needs("go", "version");
    Path source = write("go/main.go", program("go", "by-go"));
    Path module = source.getParent();
    Files.copy(PROTO.resolve("go/go.sum"), module.resolve("go.sum"));
    run(module, "go", "mod", "init", "example.org/user");
    run(
        module,
        "go",
        "mod",
        "edit",
        "-require=atelier.dev/proto@v0.0.0",
        "-replace=atelier.dev/proto=" + PROTO.resolve("go"));
    run(module, "go", "mod", "tidy");
    assertDone("by-go", run(module, "go", "run", "."));
  }

  @Test
  void typescript() throws Exception {
    needs("npm", "--version");
    Path module = folder.resolve("typescript");
    copy(PROTO.resolve("typescript"), module);
    run(module, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error");
    write("typescript/src/example.ts", program("typescript", "by-typescript"));
    run(module, "npx", "--no-install", "tsc", "-p", "tsconfig.json");
    assertDone("by-typescript", run(module, "node", "dist/example.js"));
  }

  @Test
  void python() throws Exception {
    needs("python3", "-c", "import sys, venv, ensurepip; assert sys.version_info >= (3, 10)");
    Path module = folder.resolve("python");
    copy(PROTO.resolve("python"), module);
    run(module, "python3", "-m", "venv", "venv");
    run(module, "venv/bin/pip", "install", "-q", "--disable-pip-version-check", ".");
    write("python/example.py", program("python", "by-python"));
    assertDone("by-python", run(module, "venv/bin/python", "example.py"));
  }

  private static String program(String language, String id) throws IOException {
    return Snippets.of(PAGE, language).program("127.0.0.1:" + server.grpcPort(), repository, id);
  }

  /** That the calls were made, and that answers were printed. */
  private static void assertDone(String id, String output) {
    assertThat(output)
        .contains(
            "default", "/workspaces/" + id, "RUNNING", "atelier-backup:", "atelier-snapshot:");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> phase(id).filter(phase -> phase == WorkspacePhase.STOPPED).isPresent());
    WorkspaceStatus status = client.describe(id).orElseThrow();
    assertThat(status.getSpec().getTimeout()).isEqualTo("1h30m0s");
    assertThat(status.getSpec().getExposedPorts(0).getPort()).isEqualTo(3000);
    assertThat(status.getSpec().getExposedPorts(0).getVisibility())
        .isEqualTo(PortVisibility.PORT_VISIBILITY_PUBLIC);
    assertThat(status.getAuth().getAdmission()).isEqualTo(AdmissionLevel.ADMIT_EVERYONE);
    assertThat(status.getConditions().hasFirstUserActivity()).isTrue();
    assertThat(status.getRepo().getBranch()).isEqualTo("main");
  }

  private static Optional<WorkspacePhase> phase(String id) {
    return client.describe(id).map(WorkspaceStatus::getPhase);
  }

  private static Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  /** Without what was installed or built there. */
  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path relative = from.relativize(file);
        if (Stream.of("node_modules", "target", "dist", "build").noneMatch(relative::startsWith)) {
          Path copy = to.resolve(relative);
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
        }
      }
    }
  }

  private static void needs(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor() == 0) {
        return;
      }
    } catch (IOException e) {
      // Told below.
    }
    System.out.println("there is no " + command[0] + ": its snippets are left out");
    Assumptions.abort("there is no " + command[0]);
  }

  private static String run(Path folder, String... command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(ApiPageIT.folder, "output", "");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(300, TimeUnit.SECONDS);
    String words = Files.readString(output);
    assertThat(ended).as(words).isTrue();
    assertThat(process.exitValue()).as(String.join(" ", command) + "\n" + words).isZero();
    return words;
  }
}
