// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.atelier.workspace.content.egress.AddressResolver;
import dev.atelier.workspace.content.egress.EgressPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What fetching leaves open for the next fetch. */
class HttpSourcesTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private HttpServer server;
  private HttpSources sources;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] path = exchange.getRequestURI().getPath().getBytes(UTF_8);
          exchange.sendResponseHeaders(200, path.length);
          exchange.getResponseBody().write(path);
          exchange.close();
        });
    server.start();
    sources =
        new HttpSources(
            new EgressPolicy(true, List.of(), List.of()),
            host -> {
              if (host.equals("forbidden.example")) {
                return List.of(InetAddress.getByName("169.254.169.254"));
              }
              return AddressResolver.SYSTEM.resolve(host);
            },
            ContentFixture::daemon);
  }

  @AfterEach
  void close() {
    sources.close();
    server.stop(0);
  }

  private String fetch(String path) throws IOException, InterruptedException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    URI from = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    copy(from, body);
    return body.toString(UTF_8);
  }

  private void copy(URI from, OutputStream to) throws IOException, InterruptedException {
    try (HttpSources.Lease source = sources.lease()) {
      source.copy(from, LONG, 1_000, to);
    }
  }

  /** The threads of the JDK's clients. */
  private static Set<Thread> selectors() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().endsWith("SelectorManager"))
        .collect(Collectors.toSet());
  }

  @Test
  void oneFetchAfterAnotherTakesOneClient() throws Exception {
    Set<Thread> before = selectors();
    for (int i = 0; i < 20; i++) {
      assertThat(fetch("/" + i)).isEqualTo("/" + i);
    }
    Set<Thread> more = selectors();
    more.removeAll(before);
    assertThat(more).hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void whatBecameOfOneIsNotToldOfTheNext() throws Exception {
    assertThatThrownBy(
            () -> copy(URI.create("http://forbidden.example/"), OutputStream.nullOutputStream()))
        .isInstanceOf(HttpSource.Forbidden.class)
        .hasMessageContaining("may not be reached");
    assertThat(fetch("/next")).isEqualTo("/next");
    server.stop(0);
    assertThatThrownBy(() -> fetch("/gone"))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(HttpSource.Forbidden.class)
        .hasMessageContaining("does not answer");
  }

  @Test
  void aBodyThatDoesNotComeIsEndedByWhoeverWaitsForIt() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      URI from = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/");
      CountDownLatch begun = new CountDownLatch(1);
      HttpSources.Lease source = sources.lease();
      FutureTask<Long> copied =
          new FutureTask<>(
              () ->
                  source.copy(
                      from,
                      LONG,
                      1_000,
                      new OutputStream() {
                        @Override
                        public void write(int b) {
                          begun.countDown();
                        }
                      }));
      ContentFixture.daemon(copied).start();
      Socket asked = silent.accept();
      asked
          .getOutputStream()
          .write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na".getBytes(UTF_8));
      begun.await();
      source.close();
      assertThatThrownBy(() -> copied.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(IOException.class);
      assertThatThrownBy(() -> source.copy(from, LONG, 1, OutputStream.nullOutputStream()))
          .hasMessage("nobody waits for it any more");
    }
    assertThat(fetch("/after")).isEqualTo("/after");
  }

  @Test
  void afterItsCloseNothingRests() throws Exception {
    assertThat(fetch("/a")).isEqualTo("/a");
    sources.close();
    // What is fetched all the same ends its door by itself.
    assertThat(fetch("/b")).isEqualTo("/b");
  }
}
