// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** People sign in at a real OpenID Connect provider, a process of its own. */
@EnabledIfSystemProperty(
    named = "atelier.oidc.provider",
    matches = "true",
    disabledReason = "fetches a provider from npm: -Datelier.oidc.provider=true")
class OidcIT {
  private static final Pattern ACTION = Pattern.compile("action=\"([^\"]+)\"");

  @TempDir static Path folder;

  private static AtelierServer server;
  private static Process provider;
  private static Path log;

  @BeforeAll
  static void start() throws Exception {
    boolean there = install();
    if (!there) {
      System.out.println("OidcIT is left out: npm cannot install oidc-provider here");
    }
    assumeTrue(there, "oidc-provider");
    int port = freePort();
    server =
        AtelierServer.start(
            folder.resolve("data"),
            Map.of(
                "atelier.security.oidc.issuer", "http://127.0.0.1:" + port,
                "atelier.security.oidc.client-id", "atelier",
                "atelier.security.oidc.client-secret", "a-secret-of-the-test",
                "atelier.security.oidc.admins", "operators"));
    log = folder.resolve("provider.log");
    provider =
        new ProcessBuilder("node", "server.mjs", Integer.toString(port), manager("/oidc/callback"))
            .directory(folder.resolve("oidc").toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    await().atMost(Duration.ofSeconds(60)).until(() -> Files.readString(log).contains("listening"));
  }

  private static boolean install() throws IOException, InterruptedException {
    Path oidc = Files.createDirectories(folder.resolve("oidc"));
    for (String name : List.of("package.json", "package-lock.json", "server.mjs")) {
      Files.copy(Path.of("src", "test", "oidc", name), oidc.resolve(name));
    }
    try {
      Process npm =
          new ProcessBuilder("npm", "ci", "--silent", "--no-audit", "--no-fund")
              .directory(oidc.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return npm.waitFor(3, TimeUnit.MINUTES) && npm.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @AfterAll
  static void stop() {
    if (provider != null) {
      provider.destroyForcibly();
    }
    if (server != null) {
      server.close();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String manager(String path) {
    return "http://127.0.0.1:" + server.httpPort() + path;
  }

  /** What the browser shows in the end, once somebody has signed in there and agreed. */
  private static HttpResponse<String> signIn(HttpClient browser, String name) throws Exception {
    HttpResponse<String> page =
        browser.send(
            HttpRequest.newBuilder(URI.create(manager("/oidc/sign-in?to=%2Fapi%2Fv1%2Fme")))
                .build(),
            BodyHandlers.ofString());
    for (String form : List.of("prompt=login&login=" + name + "&password=x", "prompt=consent")) {
      Matcher action = ACTION.matcher(page.body());
      assertThat(action.find()).as(page.uri() + " " + page.body()).isTrue();
      page =
          browser.send(
              HttpRequest.newBuilder(page.uri().resolve(action.group(1)))
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(BodyPublishers.ofString(form))
                  .build(),
              BodyHandlers.ofString());
    }
    return page;
  }

  private static HttpClient browser() {
    return HttpClient.newBuilder()
        .cookieHandler(new CookieManager())
        .followRedirects(HttpClient.Redirect.ALWAYS)
        .build();
  }

  @Test
  void anOperatorThereIsAnAdminHere() throws Exception {
    HttpResponse<String> page = signIn(browser(), "ada");
    assertThat(page.statusCode()).as(page.uri() + " " + page.body()).isEqualTo(200);
    assertThat(page.body()).contains("\"name\":\"ada\"", "\"admin\":true");
  }

  @Test
  void whoIsNeitherAdminNorViewerIsRefused() throws Exception {
    HttpResponse<String> page = signIn(browser(), "bob");
    assertThat(page.statusCode()).as(page.uri() + " " + page.body()).isEqualTo(401);
    assertThat(page.body()).contains("may not use this manager");
  }

  @Test
  void anAnswerThatWasNotAskedForIsRefused() throws Exception {
    HttpResponse<String> page =
        browser()
            .send(
                HttpRequest.newBuilder(URI.create(manager("/oidc/callback?code=x&state=y")))
                    .build(),
                BodyHandlers.ofString());
    assertThat(page.statusCode()).isEqualTo(401);
  }
}
