// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who has asked the API server for what, from some moment on. */
public final class AuditLog {
  private static final Set<String> READS = Set.of("get", "list", "watch");

  private final JsonMapper json = new JsonMapper();
  private final Path file;
  private long from;

  /** The log of the API server that runs, from now on. */
  public AuditLog() throws IOException {
    this.file = Path.of(System.getenv("CLUSTER_AUDIT"));
    restart();
  }

  /** The same; empty where the cluster shows none. */
  public static Optional<AuditLog> ofCluster() throws IOException {
    return System.getenv("CLUSTER_AUDIT") == null ? Optional.empty() : Optional.of(new AuditLog());
  }

  /**
   * A request.
   *
   * @param group of the resource; empty: the core
   * @param resource with the subresource behind a slash
   * @param name empty where it is about many
   * @param code of the answer
   */
  public record Request(String verb, String group, String resource, String name, int code) {
    /** Whether it changes nothing. */
    public boolean reads() {
      return READS.contains(verb) && !resource.equals("pods/exec");
    }

    /** Verb and resource. */
    public String what() {
      return verb + " " + resource;
    }
  }

  /** Forgets what was so far. */
  public void restart() throws IOException {
    from = Files.size(file);
  }

  /** What that user has asked for since; watches that go on are not in it. */
  public List<Request> of(String user) throws IOException {
    List<Request> requests = new ArrayList<>();
    byte[] bytes;
    try (var channel = Files.newByteChannel(file)) {
      channel.position(from);
      bytes = Channels.newInputStream(channel).readAllBytes();
    }
    for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
      if (!line.contains(user) || !line.endsWith("}")) {
        continue;
      }
      JsonNode event = json.readTree(line);
      JsonNode object = event.path("objectRef");
      JsonNode played = event.at("/impersonatedUser/username");
      JsonNode who = played.isMissingNode() ? event.at("/user/username") : played;
      // A watch is told of twice: when it begins, and when it ends.
      if (!who.asText().equals(user)
          || object.isMissingNode()
          || !event.path("stage").asText().equals(stage(event.path("verb").asText()))) {
        continue;
      }
      String subresource = object.path("subresource").asText();
      requests.add(
          new Request(
              event.path("verb").asText(),
              object.path("apiGroup").asText(),
              object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource),
              object.path("name").asText(),
              event.at("/responseStatus/code").asInt()));
    }
    return requests;
  }

  private static String stage(String verb) {
    return verb.equals("watch") ? "ResponseStarted" : "ResponseComplete";
  }
}
