// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scripts do over REST, on the real server. */
class RestIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path data;

  private static AtelierServer server;

  @BeforeAll
  static void start() {
    Map<String, String> config = new TreeMap<>(Accounts.all());
    config.put("atelier.class.default.credits-per-minute", "60");
    server = AtelierServer.start(data, config);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpResponse<String> send(String method, String path, String body) {
    return send(method, path, "application/json", body);
  }

  private static HttpResponse<String> send(String method, String path, String type, String body) {
    return server.send(
        Accounts.ADMIN_TOKEN.of(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + server.httpPort() + "/api/v1" + path))
                .header("Content-Type", type)
                .method(
                    method,
                    body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build()));
  }

  private static JsonNode get(String path) throws IOException {
    HttpResponse<String> response = send("GET", path, "");
    assertThat(response.statusCode()).as(path + " " + response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private static String request(String id) {
    return """
    {"id":"%1$s","service_prefix":"%1$s","metadata":{"owner":"anna","meta_id":"%1$s","team":"blue"},
     "spec":{"workspace_image":"default","workspace_location":"/","initializer":{"empty":{}},
             "envvars":[{"name":"GITPOD_TASKS","value":"[{\\"command\\":\\"exec sleep 100000\\"}]"}]}}
    """
        .formatted(id);
  }

  private static void awaitPhase(String id, String phase) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(get("/workspaces/" + id).get("phase").asText()).isEqualTo(phase));
  }

  @Test
  void aLifeIsLedAndLeavesItsTraces() throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    Thread listener = listen(heard);
    HttpResponse<String> started = send("POST", "/workspaces", request("life"));
    assertThat(started.statusCode()).as(started.body()).isEqualTo(201);
    assertThat(started.headers().firstValue("Location").orElseThrow())
        .endsWith("/api/v1/workspaces/life");
    assertThat(started.body()).doesNotContain("token");
    awaitPhase("life", "running");
    await()
        .atMost(PATIENCE)
        .until(() -> heard.stream().anyMatch(line -> line.contains("\"phase\":\"running\"")));

    assertThat(send("PUT", "/workspaces/life/timeout", "{\"duration\":\"2h\"}").statusCode())
        .isEqualTo(204);
    assertThat(
            send("PUT", "/workspaces/life/ports/3000", "{\"visibility\":\"public\"}").statusCode())
        .isEqualTo(204);
    assertThat(send("POST", "/workspaces/life/activity", "{}").statusCode()).isEqualTo(204);
    JsonNode status = get("/workspaces/life");
    assertThat(status.get("spec").get("timeout").asText()).isEqualTo("2h0m0s");
    assertThat(status.get("spec").get("exposed_ports").get(0).get("visibility").asText())
        .isEqualTo("public");
    assertThat(status.get("auth").has("owner_token")).isFalse();
    HttpResponse<String> snapshot = send("POST", "/workspaces/life/snapshots", "{}");
    assertThat(snapshot.body()).contains("atelier-snapshot:");
    assertThat(send("POST", "/workspaces/life/stop", "{\"policy\":\"immediately\"}").statusCode())
        .isEqualTo(204);
    awaitPhase("life", "stopped");
    listener.interrupt();

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              JsonNode acts = get("/audit?workspace=life&actor=all");
              assertThat(acts.get("items").findValuesAsText("act"))
                  .contains(
                      "StartWorkspace",
                      "SetTimeout",
                      "ControlPort",
                      "TakeSnapshot",
                      "StopWorkspace");
              assertThat(acts.get("items").findValuesAsText("meta_id")).containsOnly("life");
              assertThat(get("/workspaces/life/timeline").get("items").findValuesAsText("title"))
                  .contains("Pending", "Running", "Snapshot complete", "Stopping", "Stopped")
                  .contains("StopWorkspace");
              JsonNode usage = get("/usage?team=blue&by=owner,team").get("items").get(0);
              assertThat(usage.get("owner").asText()).isEqualTo("anna");
              assertThat(usage.get("credits").asDouble())
                  .isCloseTo(
                      60 * usage.get("minutes").asDouble(),
                      org.assertj.core.data.Offset.offset(1e-6))
                  .isPositive();
            });
    HttpResponse<String> csv = send("GET", "/usage?by=owner&format=csv", "");
    assertThat(csv.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/csv");
    assertThat(csv.body()).contains("anna");
  }

  private static Thread listen(List<String> heard) throws Exception {
    HttpResponse<java.io.InputStream> stream =
        HttpClient.newHttpClient()
            .send(
                Accounts.READ.of(
                    HttpRequest.newBuilder(
                            URI.create(
                                "http://127.0.0.1:"
                                    + server.httpPort()
                                    + "/api/v1/events?owner=anna"))
                        .build()),
                BodyHandlers.ofInputStream());
    assertThat(stream.statusCode()).isEqualTo(200);
    Thread thread =
        new Thread(
            () -> {
              try (BufferedReader reader =
                  new BufferedReader(
                      new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
                reader.lines().forEach(heard::add);
              } catch (IOException | java.io.UncheckedIOException e) {
                // The server has ended.
                return;
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Test
  void whatIsWrongIsSaidFieldByField() throws IOException {
    HttpResponse<String> refused =
        send(
            "POST",
            "/workspaces",
            "{\"id\":\"x\",\"colour\":\"red\",\"metadata\":{\"owner\":7},\"spec\":{}}");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("application/problem+json");
    JsonNode problem = JSON.readTree(refused.body());
    assertThat(problem.get("code").asText()).isEqualTo("INVALID_ARGUMENT");
    assertThat(problem.get("errors").findValuesAsText("field"))
        .contains("colour", "metadata.owner", "metadata.meta_id", "spec.workspace_image");
    assertThat(send("POST", "/workspaces", "no json").statusCode()).isEqualTo(400);
    for (int depth : List.of(900, 1_100, 1_000_000)) {
      assertThat(send("POST", "/workspaces", "[".repeat(depth) + "]".repeat(depth)).statusCode())
          .as("nested %d deep", depth)
          .isEqualTo(400);
    }
    assertThat(send("GET", "/workspaces/nobody", "").statusCode()).isEqualTo(404);
    assertThat(send("GET", "/nothing", "").statusCode()).isEqualTo(404);
    assertThat(send("PATCH", "/workspaces", "").statusCode()).isIn(405, 403);
    assertThat(send("GET", "/workspaces?limit=0", "").statusCode()).isEqualTo(400);
    assertThat(send("GET", "/audit?from=yesterday", "").statusCode()).isEqualTo(400);
  }

  @Test
  void aStartWithoutAPrefixTakesTheWorkspacesName() throws IOException {
    String plain = request("plain").replace("\"service_prefix\":\"plain\",", "");
    HttpResponse<String> started = send("POST", "/workspaces", plain);
    assertThat(started.statusCode()).as(started.body()).isEqualTo(201);
    String other = request("other").replace("prefix\":\"other", "prefix\":\"plain");
    HttpResponse<String> taken = send("POST", "/workspaces", other);
    assertThat(taken.statusCode()).as(taken.body()).isEqualTo(409);
    HttpResponse<String> unfit =
        send("POST", "/workspaces", plain.replace("meta_id\":\"plain", "meta_id\":\"3000-app"));
    assertThat(unfit.statusCode()).as(unfit.body()).isEqualTo(400);
    assertThat(JSON.readTree(unfit.body()).get("errors").findValuesAsText("field"))
        .containsExactly("service_prefix");
    assertThat(send("POST", "/workspaces/plain/stop", "{\"policy\":\"abort\"}").statusCode())
        .isEqualTo(204);
  }

  @Test
  void whoSendsNoBodyMayNameAnyType() {
    // Java's client, sent on from a form, names the form's type.
    String form = "application/x-www-form-urlencoded";
    assertThat(send("GET", "/me", form, "").statusCode()).isEqualTo(200);
    assertThat(send("GET", "/workspaces", form, "").statusCode()).isEqualTo(200);
    assertThat(send("POST", "/workspaces", form, "id=x").statusCode()).isEqualTo(415);
  }

  @Test
  void whatHasNotChangedIsNotSentAgainAndListsArePaged() throws IOException {
    for (String id : List.of("page-1", "page-2", "page-3")) {
      assertThat(send("POST", "/workspaces", request(id)).statusCode()).isEqualTo(201);
      awaitPhase(id, "running");
    }
    JsonNode first = get("/workspaces?text=page-&limit=2");
    assertThat(first.get("items").findValuesAsText("meta_id")).containsExactly("page-1", "page-2");
    JsonNode rest = get("/workspaces?text=page-&limit=2&after=" + first.get("next").asText());
    assertThat(rest.get("items").findValuesAsText("meta_id")).containsExactly("page-3");
    assertThat(rest.has("next")).isFalse();
    HttpResponse<String> cluster = send("GET", "/cluster", "");
    HttpResponse<String> again =
        server.send(
            Accounts.READ.of(
                HttpRequest.newBuilder(cluster.uri())
                    .header("If-None-Match", cluster.headers().firstValue("ETag").orElseThrow())
                    .build()));
    assertThat(again.statusCode()).isEqualTo(304);
    HttpResponse<String> unclear =
        server.send(
            Accounts.READ.of(
                HttpRequest.newBuilder(cluster.uri()).header("If-None-Match", "W/").build()));
    assertThat(unclear.statusCode()).isEqualTo(200);
    for (String id : List.of("page-1", "page-2", "page-3")) {
      send("POST", "/workspaces/" + id + "/stop", "{\"policy\":\"abort\"}");
    }
  }

  @Test
  void maintenanceIsBegunAndEnded() throws IOException {
    assertThat(send("PUT", "/maintenance", "{\"until\":\"2100-01-01T00:00:00Z\"}").statusCode())
        .isEqualTo(204);
    HttpResponse<String> refused = send("POST", "/workspaces", request("never"));
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(JSON.readTree(refused.body()).get("detail").asText()).isEqualTo("under maintenance");
    assertThat(send("DELETE", "/maintenance", "").statusCode()).isEqualTo(204);
    assertThat(get("/maintenance").get("active").asBoolean()).isFalse();
  }
}
