// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** People sign in and out; what they did is in the ledger, also after an end and a start. */
class SignInIT {
  private static final Pattern FIRST = Pattern.compile("Password ([A-Za-z0-9_-]{24})\\s");

  @TempDir private Path data;

  private static URI uri(AtelierServer server, String path) {
    return URI.create("http://127.0.0.1:" + server.httpPort() + path);
  }

  private static HttpResponse<String> signIn(
      AtelierServer server, String name, String password, String cookie) {
    String form =
        "to=%2Fusage&name="
            + URLEncoder.encode(name, StandardCharsets.UTF_8)
            + "&password="
            + URLEncoder.encode(password, StandardCharsets.UTF_8);
    return server.send(
        HttpRequest.newBuilder(uri(server, "/sign-in"))
            .header("Origin", "http://127.0.0.1:" + server.httpPort())
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Cookie", cookie)
            .POST(BodyPublishers.ofString(form))
            .build());
  }

  private static HttpResponse<String> as(AtelierServer server, String cookie, String path) {
    return server.send(HttpRequest.newBuilder(uri(server, path)).header("Cookie", cookie).build());
  }

  private static String cookie(HttpResponse<String> response) {
    String set = response.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(set).contains("HttpOnly").containsIgnoringCase("SameSite=Lax");
    HttpCookie cookie = HttpCookie.parse(set).get(0);
    return cookie.getName() + "=" + cookie.getValue();
  }

  @Test
  void theFirstPasswordIsToldOnceAndItsHashAloneIsKept() throws IOException {
    Map<String, String> none = Map.of("atelier.security.session-timeout", "1h");
    String password;
    try (AtelierServer server = AtelierServer.start(data, none)) {
      Matcher told = FIRST.matcher(server.log());
      assertThat(told.find()).as(server.log()).isTrue();
      password = told.group(1);
      HttpResponse<String> in = signIn(server, "admin", password, "a=b");
      assertThat(in.statusCode()).isEqualTo(303);
      assertThat(in.headers().firstValue("Location")).hasValue("/usage");
      assertThat(as(server, cookie(in), "/api/v1/me").body()).contains("\"admin\":true");
      server.stop(Duration.ofSeconds(30));
    }
    assertThat(Files.readString(data.resolve("admin-password"))).startsWith("pbkdf2-sha256$1$");
    try (AtelierServer server = AtelierServer.start(data, none)) {
      assertThat(server.log()).doesNotContain("Password");
      assertThat(signIn(server, "admin", password, "a=b").statusCode()).isEqualTo(303);
      // What was done before the end of the one before is known to this one.
      String basic =
          Base64.getEncoder()
              .encodeToString(("admin:" + password).getBytes(StandardCharsets.UTF_8));
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () ->
                  assertThat(
                          server
                              .send(
                                  HttpRequest.newBuilder(uri(server, "/api/v1/audit?act=SignIn"))
                                      .header("Authorization", "Basic " + basic)
                                      .build())
                              .body())
                      .contains("\"total\":2"));
    }
  }

  @Test
  void aSessionBeginsAnewAndEndsAtSignOut() {
    try (AtelierServer server = AtelierServer.start(data, Map.of())) {
      HttpResponse<String> first =
          signIn(server, Accounts.NAME, Accounts.PASSWORD, "atelier_session=chosen-by-somebody");
      String cookie = cookie(first);
      assertThat(cookie).doesNotContain("chosen-by-somebody");
      String second = cookie(signIn(server, Accounts.NAME, Accounts.PASSWORD, cookie));
      assertThat(second).isNotEqualTo(cookie);
      assertThat(as(server, cookie, "/api/v1/me").statusCode()).isEqualTo(401);
      assertThat(as(server, second, "/api/v1/me").statusCode()).isEqualTo(200);
      HttpResponse<String> out =
          server.send(
              HttpRequest.newBuilder(uri(server, "/sign-out"))
                  .header("Origin", "http://127.0.0.1:" + server.httpPort())
                  .header("Cookie", second)
                  .POST(BodyPublishers.noBody())
                  .build());
      assertThat(out.statusCode()).isEqualTo(303);
      assertThat(as(server, second, "/api/v1/me").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void guessingIsSlowed() {
    try (AtelierServer server = AtelierServer.start(data, Map.of())) {
      assertThat(signIn(server, "tester", "wrong", "a=b").statusCode()).isEqualTo(401);
      int last = 0;
      for (int i = 0; i < 6 && last != 429; i++) {
        HttpResponse<String> guess = signIn(server, "tester", "wrong", "a=b");
        last = guess.statusCode();
        if (last == 429) {
          assertThat(guess.headers().firstValueAsLong("Retry-After").orElse(0)).isPositive();
        }
      }
      assertThat(last).isEqualTo(429);
    }
  }

  @Test
  void aPasswordIsHashedByTheLauncher() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("atelier.jar"),
                "hash-password")
            .start();
    process.getOutputStream().write("a long password\n".getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String hash =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.exitValue()).isZero();
    assertThat(hash).startsWith("pbkdf2-sha256$600000$");
    try (AtelierServer server =
        AtelierServer.start(data, Map.of("atelier.security.users.anna.password", hash))) {
      assertThat(signIn(server, "anna", "a long password", "a=b").statusCode()).isEqualTo(303);
    }
  }
}
