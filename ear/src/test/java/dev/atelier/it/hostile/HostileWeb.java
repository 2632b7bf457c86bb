// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it.hostile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atelier.it.hostile.RawHttp.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.awaitility.Awaitility;

/**
 * Sends malformed and hostile requests to all resources and pages of a server, notes what must not
 * happen, and stops what it started by chance. The same seed sends the same requests.
 */
public final class HostileWeb implements AutoCloseable {
  private static final int SHOWN = 1_000;

  /** That there is no room for one more page, which whoever closes its pages makes. */
  private static final Set<String> STREAMS = Set.of("/events", WebRequests.API + "/events");

  private final RawHttp http;
  private final HostileHttp requests;
  private final List<WebRequest> all = WebRequests.all();
  private final Map<String, Integer> outcomes = new TreeMap<>();
  private final List<String> complaints = new ArrayList<>();
  private int sent;
  private String instance = "web-none";

  /**
   * A client of the server on that port.
   *
   * @param authorization the header of somebody who may do everything
   */
  public HostileWeb(int port, String authorization, long seed) {
    http = new RawHttp(port);
    requests = new HostileHttp(new Random(seed), "127.0.0.1:" + port, authorization);
  }

  /** The methods and paths of the resources that it knows, as the API's description has them. */
  public Set<String> resources() {
    Set<String> resources = new TreeSet<>();
    for (WebRequest request : all) {
      if (request.path().startsWith(WebRequests.API)) {
        resources.add(request.method() + " " + request.path().substring(WebRequests.API.length()));
      }
    }
    return resources;
  }

  /** The paths of the pages that it looks at. */
  public Set<String> pages() {
    Set<String> pages = new TreeSet<>();
    all.stream()
        .filter(request -> request.method().equals("GET"))
        .forEach(page -> pages.add(page.path()));
    return pages;
  }

  /** Sends so many requests, to all in turn. */
  public void attack(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      WebRequest template = all.get(sent % all.size());
      if (template.starts()) {
        instance = "web-" + sent;
      }
      sent++;
      WebRequest right = template.with(instance, instance);
      Sent request = requests.like(right);
      judge(template, request, http.ask(request.bytes(), !request.whole(), request.bare()));
    }
  }

  private void judge(WebRequest template, Sent request, Optional<Answer> answer) {
    String status = answer.map(one -> Integer.toString(one.status())).orElse("none");
    outcomes.merge(
        (request.whole() ? template.toString() : "no HTTP") + " " + status, 1, Integer::sum);
    Optional<String> wrong =
        answer.isPresent()
            ? wrong(template, request, answer.get())
            : Optional.of("no answer").filter(none -> request.whole());
    wrong.ifPresent(
        what ->
            complaints.add(
                "request %d to %s: %s: %s%n  %s"
                    .formatted(
                        sent,
                        template,
                        what,
                        shown(answer.map(one -> one.head() + one.body()).orElse("")),
                        shown(new String(request.bytes(), StandardCharsets.ISO_8859_1)))));
  }

  /** What must not be answered. */
  private static Optional<String> wrong(WebRequest template, Sent request, Answer answer) {
    boolean full = answer.status() == 503 && STREAMS.contains(template.path());
    boolean unknown = answer.status() == 501 || answer.status() == 505;
    if (answer.status() >= 500 && !full && !unknown) {
      return Optional.of("a fault of the server");
    }
    if (answer.body().contains("\tat ") || answer.body().contains("Exception")) {
      return Optional.of("what happened inside");
    }
    if (answer.body().endsWith(RawHttp.ENDLESS)) {
      return Optional.of("no end");
    }
    // Before the application is asked the server itself refuses, in no more than a status.
    boolean asked = answer.head().contains("Content-Security-Policy");
    boolean silent =
        answer.body().isBlank()
            && !request.bare()
            && (answer.status() == 400 || answer.status() == 403 || answer.status() == 405);
    return asked && silent ? Optional.of("no word of what is wrong") : Optional.empty();
  }

  private static String shown(String text) {
    return text.substring(0, Math.min(SHOWN, text.length()));
  }

  /** What must not have happened; empty when all is well. */
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** How many requests were sent. */
  public int sent() {
    return sent;
  }

  /** How often each was answered by each status. */
  public Map<String, Integer> outcomes() {
    return new TreeMap<>(outcomes);
  }

  /** Ends maintenance, and stops all instances until there are none. */
  public void cleanUp() throws IOException {
    right(WebRequest.plain("DELETE", WebRequests.API + "/maintenance"));
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> stopAll() == 0);
  }

  private int stopAll() throws IOException {
    JsonNode listed =
        new ObjectMapper()
            .readTree(
                right(WebRequest.plain("GET", WebRequests.API + "/workspaces?limit=1000")).body())
            .get("items");
    for (JsonNode one : listed) {
      String stop = WebRequests.API + "/workspaces/" + one.get("id").asText() + "/stop";
      right(WebRequest.resource("POST", stop, "{\"policy\": \"abort\"}"));
    }
    return listed.size();
  }

  private Answer right(WebRequest request) throws IOException {
    return http.ask(requests.right(request).bytes(), false, false)
        .orElseThrow(() -> new IOException("no answer to " + request));
  }

  @Override
  public void close() {
    http.close();
  }
}
