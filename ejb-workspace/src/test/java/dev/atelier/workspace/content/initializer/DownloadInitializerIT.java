// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.FolderSandbox;
import dev.atelier.workspace.content.egress.AddressResolver;
import dev.atelier.workspace.content.egress.EgressPolicy;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.InitializerMetrics.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Download initializers against a real HTTP server. */
class DownloadInitializerIT {
  private static final byte[] BODY = "content\n".repeat(20_000).getBytes(UTF_8);

  @TempDir Path temp;
  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer server;
  private ContentFixture content;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    answer("/file", 200, "");
    answer("/missing", 404, "");
    answer("/broken", 503, "");
    answer("/redirect", 302, "/file");
    answer("/metadata", 302, "http://169.254.169.254/latest");
    server.createContext(
        "/flaky",
        exchange -> {
          boolean well = asked.incrementAndGet() == 3;
          exchange.sendResponseHeaders(200, BODY.length);
          exchange.getResponseBody().write(BODY, 0, well ? BODY.length : 1_000);
          exchange.close();
        });
    server.start();
    content = new ContentFixture(temp.resolve("instance"));
  }

  @AfterEach
  void close() {
    server.stop(0);
  }

  @Test
  void filesAppearUnderTheirTarget() throws Exception {
    InitializerMetrics metrics =
        content.run(
            new Initializer.Download(
                List.of(
                    file("file", "a/b c.bin", sha("SHA-256")),
                    file("redirect", "d", sha("SHA-512"))),
                "target"));
    assertThat(content.file("target/a/b c.bin")).hasBinaryContent(BODY);
    assertThat(content.file("target/d")).hasBinaryContent(BODY);
    assertThat(metrics.steps()).containsOnlyKeys(Kind.FILE_DOWNLOAD);
    assertThat(metrics.steps().get(Kind.FILE_DOWNLOAD).size()).isEqualTo(2L * BODY.length);
    assertThat(leftOver()).isEmpty();
  }

  @Test
  void wrongDigestIsTriedAgainAndThenFailsWithoutAFile() {
    String wrong = "sha256:" + "0".repeat(64);
    ContentFault fault = fault(file("file", "a", wrong));
    assertThat(fault).hasMessageContaining("its digest is " + sha("SHA-256").substring(7));
    assertThat(content.pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
    assertThat(asked).hasValue(3);
    assertThat(content.file("a")).doesNotExist();
    assertThat(leftOver()).isEmpty();
  }

  @Test
  void brokenTransferIsTriedAgain() throws Exception {
    content.run(download(file("flaky", "a", sha("SHA-256"))));
    assertThat(content.file("a")).hasBinaryContent(BODY);
    assertThat(asked).hasValue(3);
  }

  @Test
  void brokenServerIsAskedThreeTimesAndMissingFileOnce() {
    assertThat(fault(file("broken", "a", sha("SHA-256")))).hasMessageContaining("answers 503");
    assertThat(asked).hasValue(3);
    assertThat(fault(file("missing", "a", sha("SHA-256")))).hasMessageContaining("answers 404");
    assertThat(asked).hasValue(4);
  }

  @Test
  void redirectToLinkLocalIsRefused() {
    assertThat(fault(file("metadata", "a", sha("SHA-256"))))
        .hasMessageContaining("address 169.254.169.254 may not be reached");
    assertThat(content.pauses).isEmpty();
  }

  @Test
  void loopbackIsRefusedUnlessAllowed() throws Exception {
    content =
        new ContentFixture(
            FolderSandbox.direct(temp.resolve("other")),
            ContentSettings.defaults(false),
            AddressResolver.SYSTEM);
    assertThat(fault(file("file", "a", sha("SHA-256"))))
        .hasMessageContaining("address 127.0.0.1 may not be reached");
    assertThat(asked).hasValue(0);
  }

  @Test
  void fileLargerThanTheLimitIsRefused() throws Exception {
    Duration minute = Duration.ofMinutes(1);
    ContentSettings small =
        new ContentSettings(
            new EgressPolicy(true, List.of(), List.of()),
            Set.of("http"),
            minute,
            minute,
            minute,
            100);
    content =
        new ContentFixture(
            FolderSandbox.direct(temp.resolve("other")), small, AddressResolver.SYSTEM);
    assertThat(fault(file("file", "a", sha("SHA-256"))))
        .hasMessageContaining("larger than 100 bytes");
    assertThat(content.file("a")).doesNotExist();
  }

  @Test
  void linkThatLeadsOutIsNotFollowed() throws Exception {
    Path outside = Files.createDirectories(temp.resolve("outside"));
    Files.createSymbolicLink(content.file("link"), outside);
    Files.createSymbolicLink(content.file("leaf"), outside.resolve("target"));
    assertThat(fault(file("file", "link/a/b", sha("SHA-256"))))
        .hasMessageContaining("leads out of the workspace");
    content.run(download(file("file", "leaf", sha("SHA-256"))));
    assertThat(outside).isEmptyDirectory();
    assertThat(content.file("leaf")).isRegularFile().hasBinaryContent(BODY);
    assertThat(Files.isSymbolicLink(content.file("leaf"))).isFalse();
  }

  @Test
  void faultsDoNotShowTheQueryOfAUrl() {
    assertThat(fault(file("missing?signature=abc", "a", sha("SHA-256"))).getMessage())
        .doesNotContain("abc");
  }

  private void answer(String path, int status, String location) {
    server.createContext(
        path,
        exchange -> {
          asked.incrementAndGet();
          if (!location.isEmpty()) {
            exchange.getResponseHeaders().set("Location", location);
          }
          if (status == 200) {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(BODY);
          } else {
            exchange.sendResponseHeaders(status, -1);
          }
          exchange.close();
        });
  }

  private Initializer.FileInfo file(String url, String path, String digest) {
    return new Initializer.FileInfo(
        "http://127.0.0.1:" + server.getAddress().getPort() + "/" + url, path, digest);
  }

  private static Initializer.Download download(Initializer.FileInfo file) {
    return new Initializer.Download(List.of(file), "");
  }

  private ContentFault fault(Initializer.FileInfo file) {
    return catchThrowableOfType(ContentFault.class, () -> content.run(download(file)));
  }

  private static String sha(String algorithm) {
    try {
      byte[] digest = MessageDigest.getInstance(algorithm).digest(BODY);
      return algorithm.replace("-", "").toLowerCase(java.util.Locale.ROOT)
          + ":"
          + HexFormat.of().formatHex(digest);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<Path> leftOver() {
    try (Stream<Path> files = Files.walk(content.file(""))) {
      return files.filter(file -> file.toString().endsWith(".part")).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
