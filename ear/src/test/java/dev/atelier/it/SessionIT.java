// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How sessions of the console begin and end, behind a proxy that ends TLS. */
class SessionIT {
  private static final Duration IDLE = Duration.ofSeconds(4);
  private static final Duration LIFETIME = Duration.ofSeconds(10);

  /** So often streams look whether they may go on. */
  private static final Duration BEAT = Duration.ofSeconds(20);

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String COOKIE = "__Host-atelier_session";

  @TempDir private static Path data;

  private static AtelierServer server;

  @BeforeAll
  static void start() {
    Map<String, String> settings = new TreeMap<>(Accounts.users());
    settings.put("atelier.security.session-timeout", IDLE.toSeconds() + "s");
    settings.put("atelier.security.session-lifetime", LIFETIME.toSeconds() + "s");
    settings.put("atelier.security.secure-cookies", "true");
    settings.put("atelier.http.trusted-proxies", "127.0.0.1");
    server = AtelierServer.start(data, settings);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpRequest.Builder request(String path) {
    String address = "http://127.0.0.1:" + server.httpPort();
    return HttpRequest.newBuilder(URI.create(address + path)).header("Origin", address);
  }

  private static HttpResponse<String> signIn(String password, String from) {
    return server.send(
        request("/sign-in")
            .header("X-Forwarded-For", from)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString("name=" + Accounts.NAME + "&password=" + password))
            .build());
  }

  private static String cookie(HttpResponse<String> response) {
    List<String> set = response.headers().allValues("Set-Cookie");
    assertThat(set).hasSize(1);
    return set.get(0).substring(0, set.get(0).indexOf(';'));
  }

  private static int asks(String cookie, String... headers) {
    HttpRequest.Builder request = request("/api/v1/me").header("Cookie", cookie);
    return server
        .send((headers.length == 0 ? request : request.headers(headers)).build())
        .statusCode();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/sign-in", "/sign-in.xhtml", "/start", "/nowhere", "/health"})
  void nobodyGetsACookieBeforeTheSignIn(String path) {
    HttpResponse<String> page = server.send(request(path).header("Accept", "text/html").build());
    assertThat(page.headers().allValues("Set-Cookie")).isEmpty();
  }

  @Test
  void theCookieIsOutOfReachOfScriptsAndOtherSites() {
    HttpResponse<String> in = signIn(Accounts.PASSWORD, "192.0.2.10");
    assertThat(in.statusCode()).isEqualTo(303);
    assertThat(in.headers().firstValue("Set-Cookie").orElseThrow())
        .startsWith(COOKIE + "=")
        .contains("; Path=/;", "; HttpOnly", "; SameSite=Lax", "; Secure")
        .doesNotContain("Domain");
    HttpResponse<String> page = server.send(request("/start").header("Cookie", cookie(in)).build());
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().allValues("Set-Cookie")).isEmpty();
    // A sibling may have tossed another one.
    assertThat(asks(COOKIE + "=tossed; " + cookie(in))).isEqualTo(200);
  }

  @Test
  void whatAPageAsksByItselfIsNoUse() {
    Instant begun = Instant.now();
    String open = cookie(signIn(Accounts.PASSWORD, "192.0.2.11"));
    String used = cookie(signIn(Accounts.PASSWORD, "192.0.2.11"));
    await()
        .atMost(LIFETIME)
        .pollInterval(Duration.ofMillis(300))
        .until(
            () -> {
              assertThat(asks(used)).isEqualTo(200);
              return asks(open, "Atelier-Background", "true") == 401
                  || asks(open, "Accept", "text/event-stream") == 401;
            });
    assertThat(Duration.between(begun, Instant.now())).isGreaterThanOrEqualTo(IDLE);
  }

  @Test
  void aSessionEndsSoLongAfterTheSignInHoweverItIsUsed() {
    Instant begun = Instant.now();
    String cookie = cookie(signIn(Accounts.PASSWORD, "192.0.2.12"));
    List<CompletableFuture<HttpResponse<String>>> streams =
        Stream.of("/events", "/api/v1/events")
            .map(path -> request(path).header("Cookie", cookie).build())
            .map(stream -> HTTP.sendAsync(stream, BodyHandlers.ofString()))
            .toList();
    await()
        .atMost(LIFETIME.plusSeconds(10))
        .pollInterval(Duration.ofMillis(300))
        .until(() -> asks(cookie) == 401);
    assertThat(Duration.between(begun, Instant.now())).isGreaterThanOrEqualTo(LIFETIME);
    for (CompletableFuture<HttpResponse<String>> stream : streams) {
      assertThat(stream).succeedsWithin(BEAT.plusSeconds(10));
      assertThat(stream.join().statusCode()).isEqualTo(200);
    }
  }

  @Test
  void nobodyIsKeptOutFromElsewhere() {
    int last = 401;
    for (int i = 0; i < 10 && last == 401; i++) {
      last = signIn("wrong-" + i, "198.51.100.7").statusCode();
    }
    assertThat(last).isEqualTo(429);
    assertThat(signIn("wrong", "198.51.100.7").headers().firstValueAsLong("Retry-After"))
        .satisfies(left -> assertThat(left.orElse(0)).isBetween(1L, 900L));
    assertThat(signIn(Accounts.PASSWORD, "192.0.2.13").statusCode()).isEqualTo(303);
  }
}
