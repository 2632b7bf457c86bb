// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atelier.grpc.hostile.HostileClient;
import dev.atelier.it.hostile.HostileWeb;
import dev.atelier.workspace.LeftOut;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another seed, or more: {@code -Datelier.hostile.seed=7 -Datelier.hostile.requests=100000}. */
class HostileRequestsIT {
  /** In characters, of the log beside a complaint. */
  private static final int LONGEST_END = 200_000;

  private static final long SEED = Long.getLong("atelier.hostile.seed", 1);
  private static final int REQUESTS = Integer.getInteger("atelier.hostile.requests", 2_500);

  /** After so many what was started by chance is stopped, and the server looked at. */
  private static final int PORTION = 2_500;

  /** Characters for each request, which may change an instance that tells of each change. */
  private static final int MOST_LOG = 1_000;

  private static final int LONGEST_LINE = 4_000;

  /** However many requests there were. */
  private static final long MOST_LIVE_BYTES = 160 << 20;

  /** Sends a portion, and stops what it started. */
  @FunctionalInterface
  private interface Attack {
    List<String> complaints(int requests) throws IOException;
  }

  @Test
  void noCallEndsInUnknownOrInternalOrLeavesAnythingBehind(@TempDir Path data) throws Exception {
    try (AtelierServer server = AtelierServer.start(data, Map.of());
        HostileClient client = new HostileClient("127.0.0.1", server.grpcPort(), SEED)) {
      LeftOut.unless(
          !server.asksForToken(), "gRPC asks for a token here", "hostile requests without a token");
      attack(
          server,
          data,
          requests -> {
            client.attack(requests);
            client.cleanUp();
            return client.complaints();
          });
      assertThat(client.listed()).isEmpty();
      System.out.println(client.sent() + " hostile requests by gRPC: " + client.outcomes());
    }
  }

  @Test
  void noResourceOrPageHasAFaultOrLeavesAnythingBehind(@TempDir Path data) throws Exception {
    try (AtelierServer server = AtelierServer.start(data, Accounts.all());
        HostileWeb client =
            new HostileWeb(server.httpPort(), Accounts.ADMIN_TOKEN.header().orElseThrow(), SEED)) {
      assertThat(client.resources()).containsAll(resources(server));
      assertThat(client.pages()).containsAll(AccessIT.pages());
      attack(
          server,
          data,
          requests -> {
            client.attack(requests);
            client.cleanUp();
            return client.complaints();
          });
      System.out.println(client.sent() + " hostile requests of the web: " + client.outcomes());
    }
  }

  private static String end(String log) {
    return log.substring(Math.max(0, log.length() - LONGEST_END));
  }

  private static void attack(AtelierServer server, Path data, Attack attack) throws Exception {
    System.out.println(
        "replay with -Datelier.hostile.seed=" + SEED + " -Datelier.hostile.requests=" + REQUESTS);
    for (int sent = 0; sent < REQUESTS; sent += PORTION) {
      assertThat(attack.complaints(Math.min(PORTION, REQUESTS - sent)))
          .as(() -> "complaints, where the log ends with:\n" + end(server.log()))
          .isEmpty();
      String log = server.log();
      long live = liveBytes(server.pid());
      System.out.printf(
          "%d of %d: log of %d characters, live objects of %d bytes%n",
          Math.min(sent + PORTION, REQUESTS), REQUESTS, log.length(), live);
      assertThat(log).doesNotContain("unexpected fault").doesNotContain("\tat ");
      assertThat(log.length() / (sent + PORTION)).as("log of a request").isLessThan(MOST_LOG);
      assertThat(log.lines().mapToInt(String::length).max().orElse(0))
          .as("the longest line")
          .isLessThan(LONGEST_LINE);
      assertThat(live).as("bytes of live objects").isLessThan(MOST_LIVE_BYTES);
      assertThat(serves(server)).isTrue();
      assertThat(server.get("/health").statusCode()).isEqualTo(200);
    }
    assertThat(escaped(data)).isEmpty();
    assertThat(escaped(Path.of("/tmp"))).isEmpty();
  }

  /** What the API says that there is, in the words of the client: every name stands for one. */
  private static Set<String> resources(AtelierServer server) throws IOException {
    JsonNode paths =
        new ObjectMapper().readTree(server.get("/api/v1/openapi.json").body()).get("paths");
    Set<String> resources = new TreeSet<>();
    for (Map.Entry<String, JsonNode> path : paths.properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        if (!method.getKey().equals("parameters")) {
          resources.add(
              method.getKey().toUpperCase(Locale.ROOT)
                  + " "
                  + path.getKey()
                      .replace("{port}", "3000")
                      .replace("{owner}", "hostile")
                      .replace("{meta_id}", "{id}"));
        }
      }
    }
    return resources;
  }

  /** What is left after a full collection. */
  private static long liveBytes(long pid) throws IOException, InterruptedException {
    Process histogram =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String text =
        new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(histogram.waitFor()).as(text).isZero();
    String total = text.substring(text.lastIndexOf('\n') + 1);
    assertThat(total).startsWith("Total");
    return Long.parseLong(total.strip().split(" +", -1)[2]);
  }

  private static List<Path> escaped(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().equals(HostileClient.mark()))
          .toList();
    }
  }

  private static boolean serves(AtelierServer server) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
    try {
      return HealthGrpc.newBlockingStub(channel)
              .check(HealthCheckRequest.newBuilder().setService("wsman.WorkspaceManager").build())
              .getStatus()
          == ServingStatus.SERVING;
    } finally {
      channel.shutdownNow();
    }
  }
}
