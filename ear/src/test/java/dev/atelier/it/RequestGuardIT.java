// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What pages of other sites can do, as raw requests. */
class RequestGuardIT {
  private static final String FORM =
      "start=start&url=https%3A%2F%2Fexample.com%2Fx.git&branch=&image=default&class=default"
          + "&send=Start&jakarta.faces.ViewState=stateless";

  private static final String HTTP = " HTTP/1.1\r\n";

  private static final String ADMIN =
      "Authorization: " + Accounts.ADMIN.header().orElseThrow() + "\r\n";

  @TempDir static Path data;

  private static AtelierServer server;

  @BeforeAll
  static void start() {
    server = AtelierServer.start(data, Map.of("atelier.http.allowed-hosts", "console.example"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/events",
        "/workspaces/x",
        "/health",
        "/health/live",
        "/metrics",
        "/assets/console.js",
        "/nothing"
      })
  void aNameThatIsNotOursIsRefusedEverywhere(String path) throws IOException {
    assertThat(status("GET " + path + " HTTP/1.1\r\nHost: rebound.example\r\n")).isEqualTo(403);
    assertThat(status("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:1\r\n")).isEqualTo(403);
  }

  @Test
  void ourNamesAreServed() throws IOException {
    for (String host : new String[] {host(), "localhost:" + server.httpPort(), "console.example"}) {
      assertThat(status("GET / HTTP/1.1\r\nHost: " + host + "\r\n" + ADMIN)).isEqualTo(200);
      assertThat(status("GET /health HTTP/1.1\r\nHost: " + host + "\r\n")).isEqualTo(200);
      assertThat(status("GET /metrics HTTP/1.1\r\nHost: " + host + "\r\n" + ADMIN)).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: http://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://127.0.0.1:3000\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n",
        "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors\r\n",
        ""
      })
  void anotherSiteCanStartAndStopNothing(String headers) throws IOException {
    assertThat(post("/index.xhtml", FORM, headers)).isEqualTo(403);
    assertThat(post("/workspaces/x/stop", "", headers)).isEqualTo(403);
    assertThat(server.get("/").body()).doesNotContain("data-id=");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/sign-in", "/sign-out", "/start", "/maintenance", "/workspaces/x/stop", "/audit"})
  void aFormThatIsTooLargeIsRefused(String path) throws IOException {
    String form = "name=" + "a".repeat(3 << 20);
    assertThat(post(path, form, ADMIN)).as("of one field").isEqualTo(413);
    assertThat(post(path, "a=b" + "&a=b".repeat(100), ADMIN)).isLessThan(500).isNotEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "0:0", "rO0ABXQAAWE=", "stateless&jakarta.faces.ViewState=a"})
  void aFormWithTheStateOfAPageIsRefused(String state) throws IOException {
    String form = FORM.replace("stateless", state);
    String viewer =
        "Authorization: " + Accounts.VIEWER.header().orElseThrow() + "\r\nAccept: text/html\r\n";
    assertThat(post("/start", form, ADMIN)).isEqualTo(400);
    assertThat(post("/api/../start", form, ADMIN)).isEqualTo(400);
    assertThat(post("/workspaces/x/stop", form, viewer)).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"form-data", "form-data; boundary=", "form-data; boundary=a", "mixed"})
  void pagesTakeNoFilesAndTheirLike(String type) throws IOException {
    for (String path : List.of("/start", "/", "/sign-in", "/workspaces/x/stop")) {
      String head = "POST " + path + HTTP + fromHere() + ADMIN + "Connection: close\r\n";
      String body = "--a\r\nContent-Disposition: form-data; name=b\r\n\r\nc\r\n--a--\r\n";
      String length = "Content-Length: " + body.length() + "\r\n\r\n" + body;
      assertThat(code(raw(head + "Content-Type: multipart/" + type + "\r\n" + length)))
          .isEqualTo(415);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/a/", "/a%3Ab/", "/http%3A%2F%2F127.0.0.1%3A1%2F", "/a.xhtml", "/start/a.xhtml"})
  void aFormForAPageThatIsNotThereFindsNone(String path) throws IOException {
    assertThat(post(path, FORM, ADMIN)).isEqualTo(404);
    assertThat(post(path, "a=b", ADMIN)).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"utf-16", "utf-32", "utf-7", "ibm037", "no-such", "", "\"utf-16", "utf-8"})
  void whatAClientSaysOfLettersChangesNothing(String charset) throws IOException {
    for (String type : List.of("application/x-www-form-urlencoded", "application/json", "text/a")) {
      for (String path :
          List.of(
              "/start?ab=c", "/?a%C3%BCb=%c", "/workspaces/x/stop?a=b", "/api/v1/workspaces?a=b")) {
        String head = "POST " + path + HTTP + fromHere() + ADMIN + "Connection: close\r\n";
        String said = "Content-Type: " + type + "; charset=" + charset + "\r\n";
        assertThat(code(raw(head + said + "Content-Length: 3\r\n\r\na=b")))
            .as(type + " " + path)
            .isBetween(200, 499);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "start",
        "source",
        "url",
        "branch",
        "snapshot",
        "workspace",
        "owner",
        "class",
        "image"
      })
  void aFieldThatDoesNotComeIsAnEmptyOne(String field) throws IOException {
    String form = FORM + "&source=repository&snapshot=&workspace=hostile&owner=hostile";
    for (String sent : List.of("&", "&" + field + "=%&", "&" + field + "=%zz&")) {
      String body = ("&" + form).replaceAll("&" + field + "=[^&]*(&|$)", sent);
      assertThat(post("/start", body.substring(1), ADMIN)).as(sent).isBetween(200, 499);
    }
  }

  @Test
  void aPathIsAnsweredHoweverDeepItIs() throws IOException {
    assertThat(post("/a".repeat(3_500), "", ADMIN)).isBetween(400, 499);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/events", "/api/v1/events", "/workspaces/x/log"})
  void theHeadOfAStreamIsAnsweredAtOnce(String path) throws IOException {
    assertThat(status("HEAD " + path + " HTTP/1.1\r\nHost: " + host() + "\r\n" + ADMIN))
        .isBetween(200, 204);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/events", "/workspaces/x"})
  void anotherSiteCanSeeNothing(String path) throws IOException {
    String get = "GET " + path + " HTTP/1.1\r\nHost: " + host() + "\r\n";
    assertThat(status(get + "Origin: http://evil.example\r\n")).isEqualTo(403);
    assertThat(status(get + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n"))
        .isEqualTo(403);
    assertThat(
            status(
                get
                    + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n"
                    + "Sec-Fetch-Dest: iframe\r\n"))
        .isEqualTo(403);
  }

  @Test
  void aHandshakeOfAnotherSiteIsRefused() throws IOException {
    String handshake =
        "GET /events HTTP/1.1\r\nHost: "
            + host()
            + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    assertThat(raw(handshake + "Origin: http://evil.example\r\n\r\n")).startsWith("HTTP/1.1 403");
    assertThat(raw(handshake + "\r\n")).startsWith("HTTP/1.1 403");
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "h2c", "TLS/1.0", "x"})
  void anUpgradeThatIsNotMadeIsRefusedWhereSomethingIsSent(String protocol) throws IOException {
    String headers = fromHere() + ADMIN + "Upgrade: " + protocol + "\r\nConnection: Upgrade\r\n";
    String form = "Content-Type: application/x-www-form-urlencoded\r\n";
    for (String path : List.of("/", "/sign-in", "/api/v1/workspaces", "/api/v1/events")) {
      for (String more : List.of("", form)) {
        assertThat(raw("POST " + path + HTTP + headers + more + "\r\n"))
            .startsWith("HTTP/1.1 400")
            .contains("without the header Upgrade");
      }
      assertThat(status("GET " + path + HTTP + headers + form)).isEqualTo(400);
    }
    assertThat(status("GET /api/v1/workspaces" + HTTP + headers)).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {" \r\n", "\r\n", " HTTP/0.9\r\n"})
  void aRequestWithoutAVersionIsRefused(String version) throws IOException {
    for (String path : List.of("/", "/events", "/api/v1/events")) {
      assertThat(raw("GET " + path + version + fromHere() + ADMIN + "\r\n"))
          .satisfiesAnyOf(
              answer -> assertThat(answer).startsWith("HTTP/1.1 400"),
              answer -> assertThat(answer).startsWith("HTTP/1.1 505"),
              answer -> assertThat(answer).startsWith("the connection stays HTTP"));
    }
  }

  @Test
  void programsThatAskForTheNextVersionOfHttpAreServed() throws Exception {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + host() + "/api/v1/workspaces"))
            .header("Authorization", Accounts.ADMIN.header().orElseThrow())
            .header("Content-Type", "application/json");
    assertThat(client.send(request.build(), BodyHandlers.ofString()).body()).contains("items");
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                request.POST(HttpRequest.BodyPublishers.ofString("{\"id\": 1}")).build(),
                BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("\"field\":\"id\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%zz", "a=%", "a=%2", "%u0041", "a=1&%&b=2", "label=a%%20"})
  void aQueryThatIsNotPercentEncodedIsToldToWhoeverAsksAResource(String query) throws IOException {
    String form = "Content-Type: application/x-www-form-urlencoded\r\n";
    for (String type : List.of("", form, form + "Content-Length: 0\r\n")) {
      for (String method : List.of("GET", "POST", "DELETE", "PUT")) {
        String head = method + " /api/v1/workspaces?" + query + HTTP + fromHere() + ADMIN + type;
        assertThat(raw(head + "Connection: close\r\n\r\n"))
            .startsWith("HTTP/1.1 400")
            .contains("application/problem+json", "%25");
      }
    }
  }

  @Test
  void resourcesTakeNoForm() throws IOException {
    for (String body : List.of("a=b", "%", "{}", "")) {
      assertThat(post("/api/v1/workspaces", body, origin() + ADMIN)).isEqualTo(415);
      assertThat(post("/api/v1/workspaces/x/stop", body, origin() + ADMIN)).isEqualTo(415);
    }
    String get = "GET /api/v1/workspaces HTTP/1.1\r\n" + fromHere() + ADMIN;
    String form = "Content-Type: application/x-www-form-urlencoded\r\n";
    assertThat(status(get + form)).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"DELETE", "PUT", "POST", "GET", "PATCH"})
  void nobodyAsksForThePageOfAFault(String method) throws IOException {
    assertThat(status(method + " /fault" + HTTP + fromHere() + ADMIN)).isEqualTo(302);
  }

  @Test
  void aLinkOfAnotherSiteLeadsToAPageThatCannotBeFramed() throws IOException {
    String answer =
        raw(
            "GET / HTTP/1.1\r\nHost: "
                + host()
                + "\r\nConnection: close\r\nSec-Fetch-Site: cross-site\r\n"
                + ADMIN
                + "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n\r\n");
    assertThat(answer)
        .startsWith("HTTP/1.1 200")
        .contains("frame-ancestors 'none'", "X-Frame-Options: DENY", "nosniff")
        .contains("Cross-Origin-Opener-Policy: same-origin")
        .doesNotContain("unsafe-inline")
        .doesNotContain("unsafe-eval");
  }

  @Test
  void everyFigureIsThereAtZeroInPrometheusForm() {
    String metrics = server.get("/metrics").body();
    assertThat(metrics)
        .contains(
            "# TYPE atelier_workspace_starts_total counter\n",
            "atelier_workspace_starts_total{class=\"default\",type=\"regular\"} 0\n",
            "atelier_workspace_stops_total{class=\"default\",type=\"regular\",reason=\"aborted\"}"
                + " 0\n",
            "# TYPE atelier_workspace_startup_seconds histogram\n",
            "atelier_workspaces{phase=\"running\",class=\"default\",type=\"regular\"} 0\n",
            "atelier_subscribers 0\n",
            "atelier_reconciler_queue_depth 0\n",
            "atelier_maintenance 0\n");
  }

  /** As the reference lists them; a cell may name several, such as {@code `a_x_b`, `_y_`}. */
  @Test
  void everyFigureOfTheReferenceIsThereAtZero() throws IOException {
    List<String> names = new ArrayList<>();
    for (String row : Files.readAllLines(Path.of("../config/README.md"))) {
      if (row.startsWith("| `atelier_")) {
        String first = "";
        for (MatchResult name :
            Pattern.compile("`(\\w+)`").matcher(row.split("\\|", -1)[1]).results().toList()) {
          first = name.group(1).startsWith("atelier_") ? name.group(1) : first;
          names.add(
              name.group(1).startsWith("atelier_")
                  ? first
                  : first.replaceFirst("_startup_", name.group(1)));
        }
      }
    }
    assertThat(names).hasSizeGreaterThan(20).doesNotHaveDuplicates();
    // What another test has done may wait to be recorded, for a moment.
    await()
        .untilAsserted(
            () -> {
              String metrics = server.get("/metrics").body();
              assertThat(names).allSatisfy(name -> assertZero(metrics, name));
            });
  }

  private static void assertZero(String metrics, String name) {
    assertThat(metrics)
        .contains("# TYPE " + name + " ")
        .containsPattern("(?m)^" + name + "(_count)?(\\{[^}]*})? 0(\\.0)?$");
  }

  private static int post(String path, String body, String headers) throws IOException {
    return code(
        raw(
            "POST "
                + path
                + " HTTP/1.1\r\nHost: "
                + host()
                + "\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + headers
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n"
                + body));
  }

  private static int status(String head) throws IOException {
    return code(raw(head + "Connection: close\r\n\r\n"));
  }

  private static int code(String answer) {
    return Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
  }

  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.httpPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readNBytes(8192), StandardCharsets.UTF_8);
    }
  }

  private static String fromHere() {
    return "Host: " + host() + "\r\n" + origin();
  }

  private static String origin() {
    return "Origin: http://" + host() + "\r\n";
  }

  private static String host() {
    return "127.0.0.1:" + server.httpPort();
  }
}
