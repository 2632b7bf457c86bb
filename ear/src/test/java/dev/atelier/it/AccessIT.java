// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every call, page and resource against everyone: who may what, on the real server. */
class AccessIT {
  private static final List<String> SCOPES = List.of("none", "read", "operate", "admin");

  /** What each of the 14 calls needs, said once more: the table of the manager is not asked. */
  private static final Map<String, String> CALLS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("GetWorkspaces", "read"),
              Map.entry("DescribeWorkspace", "read"),
              Map.entry("DescribeCluster", "read"),
              Map.entry("Subscribe", "read"),
              Map.entry("StartWorkspace", "operate"),
              Map.entry("StopWorkspace", "operate"),
              Map.entry("BackupWorkspace", "operate"),
              Map.entry("TakeSnapshot", "operate"),
              Map.entry("MarkActive", "operate"),
              Map.entry("SetTimeout", "operate"),
              Map.entry("ControlPort", "operate"),
              Map.entry("ControlAdmission", "operate"),
              Map.entry("UpdateSSHKey", "operate"),
              Map.entry("DeleteVolumeSnapshot", "admin")));

  @TempDir static Path data;

  private static AtelierServer server;
  private static ManagedChannel channel;
  private static JsonNode api;

  @BeforeAll
  static void start() throws IOException {
    server = AtelierServer.start(data, Accounts.all());
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
    api = new ObjectMapper().readTree(server.get("/api/v1/openapi.json").body());
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    server.close();
  }

  private static String scope(Accounts who) {
    return switch (who) {
      case NOBODY -> "none";
      case VIEWER, READ -> "read";
      case OPERATE -> "operate";
      case ADMIN, ADMIN_TOKEN -> "admin";
    };
  }

  private static boolean may(Accounts who, String needed) {
    return SCOPES.indexOf(scope(who)) >= SCOPES.indexOf(needed);
  }

  @Test
  void theTableHasEveryCall() {
    assertThat(
            WorkspaceManagerGrpc.getServiceDescriptor().getMethods().stream()
                .map(MethodDescriptor::getBareMethodName))
        .containsExactlyInAnyOrderElementsOf(CALLS.keySet())
        .hasSize(14);
  }

  @ParameterizedTest
  @EnumSource
  void everyCallIsMadeByThoseAloneWhoMay(Accounts who) throws Exception {
    if (who == Accounts.VIEWER || who == Accounts.ADMIN) {
      // A name and password are no token.
      for (String call : CALLS.keySet()) {
        assertThat(call(call, who).getCode()).as(call).isEqualTo(Status.Code.UNAUTHENTICATED);
      }
      return;
    }
    for (Map.Entry<String, String> call : CALLS.entrySet()) {
      Status status = call(call.getKey(), who);
      if (who == Accounts.NOBODY) {
        assertThat(status.getCode()).as(call.getKey()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(status.getDescription()).contains("authorization: Bearer");
      } else if (may(who, call.getValue())) {
        assertThat(status.getCode())
            .as(call.getKey())
            .isNotIn(Status.Code.UNAUTHENTICATED, Status.Code.PERMISSION_DENIED);
      } else {
        assertThat(status.getCode()).as(call.getKey()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(status.getDescription()).contains("needs " + call.getValue());
      }
    }
  }

  /** How a call with an empty request ends; a stream that begins counts as OK. */
  @SuppressWarnings("unchecked")
  private static Status call(String name, Accounts who) throws Exception {
    MethodDescriptor<Message, Message> method =
        WorkspaceManagerGrpc.getServiceDescriptor().getMethods().stream()
            .filter(one -> one.getBareMethodName().equals(name))
            .map(one -> (MethodDescriptor<Message, Message>) (MethodDescriptor<?, ?>) one)
            .findFirst()
            .orElseThrow();
    Metadata headers = new Metadata();
    who.header()
        .ifPresent(
            value ->
                headers.put(
                    Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), value));
    ClientCall<Message, Message> call = channel.newCall(method, CallOptions.DEFAULT);
    CompletableFuture<Status> ended = new CompletableFuture<>();
    boolean stream = !method.getType().serverSendsOneMessage();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onHeaders(Metadata answered) {
            if (stream) {
              ended.complete(Status.OK);
            }
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.complete(status);
          }
        },
        headers);
    call.request(1);
    call.sendMessage(
        ((MethodDescriptor.PrototypeMarshaller<Message>) method.getRequestMarshaller())
            .getMessagePrototype());
    call.halfClose();
    try {
      return ended.get(30, TimeUnit.SECONDS);
    } finally {
      call.cancel("enough", null);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyResourceIsUsedByThoseAloneWhoMay(Accounts who) {
    int operations = 0;
    for (Map.Entry<String, JsonNode> path : api.get("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        if (!method.getKey().equals("parameters")) {
          operations++;
          check(
              method.getKey().toUpperCase(java.util.Locale.ROOT),
              "/api/v1" + path.getKey().replace("{port}", "3000").replaceAll("\\{\\w+}", "no-such"),
              method.getValue().get("x-scope").asText(),
              who);
        }
      }
    }
    assertThat(operations).isGreaterThan(20);
  }

  @ParameterizedTest
  @EnumSource
  void everyPageIsSeenByThoseAloneWhoMay(Accounts who) throws IOException {
    List<String> pages = pages();
    assertThat(pages).contains("/index.xhtml", "/sign-in.xhtml", "/api.html");
    for (String page : pages) {
      check("GET", page, page.equals("/sign-in.xhtml") ? "none" : "read", who);
    }
    for (String path : List.of("/", "/events", "/workspaces/no-such", "/workspaces/no-such/log")) {
      check("GET", path, "read", who);
    }
    check("GET", "/health/live", "none", who);
    check("GET", "/metrics", "none", who);
    check("GET", "/sign-in", "none", who);
    check("POST", "/workspaces/no-such/stop", "operate", who);
    check("POST", "/workspaces/no-such/backup", "operate", who);
    check("POST", "/unsaved/no-such/let-go", "admin", who);
    check("POST", "/no-such", "admin", who);
  }

  /** The pages of the application that was built. */
  static List<String> pages() throws IOException {
    List<String> pages = new ArrayList<>();
    try (java.util.zip.ZipFile jar = new java.util.zip.ZipFile(System.getProperty("atelier.jar"));
        ZipInputStream war =
            new ZipInputStream(jar.getInputStream(jar.getEntry("ATELIER-INF/atelier.war")))) {
      for (ZipEntry entry = war.getNextEntry(); entry != null; entry = war.getNextEntry()) {
        // That of one workspace is shown as /workspaces/ID.
        if (entry.getName().matches("[^/]+\\.x?html")
            && !entry.getName().equals("workspace.xhtml")) {
          pages.add("/" + entry.getName());
        }
      }
    }
    return pages;
  }

  private static void check(String method, String path, String needed, Accounts who) {
    String what = method + " " + path + " by " + who;
    HttpResponse<InputStream> response = send(method, path, who);
    int status = response.statusCode();
    if (may(who, needed)) {
      assertThat(status).as(what).isNotIn(401, 403, 405).isLessThan(500);
      return;
    }
    assertThat(status).as(what).isEqualTo(who == Accounts.NOBODY ? 401 : 403);
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .as(what)
        .startsWith("application/problem+json");
  }

  private static HttpResponse<InputStream> send(String method, String path, Accounts who) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
            .timeout(Duration.ofSeconds(30))
            .header("Origin", "http://127.0.0.1:" + server.httpPort())
            .header("Content-Type", "application/json")
            .method(
                method,
                List.of("GET", "DELETE").contains(method)
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofString("{}"));
    try {
      HttpResponse<InputStream> response =
          HttpClient.newHttpClient().send(who.of(request.build()), BodyHandlers.ofInputStream());
      // Streams have no end.
      response.body().close();
      return response;
    } catch (IOException e) {
      throw new AssertionError(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aBrowserIsLedToSignInAndNotAsked() throws Exception {
    HttpResponse<String> page =
        server.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + "/start"))
                .header("Accept", "text/html")
                .build());
    assertThat(page.statusCode()).isEqualTo(302);
    assertThat(page.headers().firstValue("Location").orElseThrow())
        .endsWith("/sign-in?to=%2Fstart");
    assertThat(server.get("/api/v1/me", Accounts.NOBODY).headers().allValues("WWW-Authenticate"))
        .anyMatch(challenge -> challenge.startsWith("Basic"))
        .anyMatch(challenge -> challenge.startsWith("Bearer"));
  }
}
