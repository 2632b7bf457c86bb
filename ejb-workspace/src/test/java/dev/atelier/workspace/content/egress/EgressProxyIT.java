// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.egress;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The door, spoken to as curl speaks to it, before a real server. */
class EgressProxyIT {
  private static final EgressPolicy LOOPBACK = new EgressPolicy(true, List.of(), List.of());
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(
              exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().containsKey("Proxy-Authorization"));
          byte[] body = exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, 5 + body.length);
          exchange.getResponseBody().write("hello".getBytes(ISO_8859_1));
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
  }

  @Test
  void plainRequestReachesItsServerWithoutTheSecretAndIsTheLast() throws Exception {
    try (EgressProxy proxy = proxy(LOOPBACK, AddressResolver.SYSTEM)) {
      String answer = say(proxy, "GET http://127.0.0.1:" + port() + "/a?b", true, "");
      assertThat(answer).startsWith("HTTP/1.1 200").endsWith("hello").contains("Connection: close");
      assertThat(asked).containsExactly("/a?b false");
    }
  }

  @Test
  void bodiesPass() throws Exception {
    try (EgressProxy proxy = proxy(LOOPBACK, AddressResolver.SYSTEM)) {
      String head = "POST http://127.0.0.1:" + port() + "/";
      assertThat(say(proxy, head, true, "x".repeat(100_000))).endsWith("x".repeat(100_000));
    }
  }

  @Test
  void tunnelPassesBytes() throws Exception {
    try (EgressProxy proxy = proxy(LOOPBACK, AddressResolver.SYSTEM)) {
      String inside = "GET /t HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      String answer = say(proxy, "CONNECT 127.0.0.1:" + port(), true, inside);
      assertThat(answer).startsWith("HTTP/1.1 200 Connection established").endsWith("hello");
      assertThat(asked).containsExactly("/t false");
    }
  }

  @Test
  void strangersAreNotServed() throws Exception {
    try (EgressProxy proxy = proxy(LOOPBACK, AddressResolver.SYSTEM)) {
      String answer = say(proxy, "GET http://127.0.0.1:" + port() + "/", false, "");
      assertThat(answer).startsWith("HTTP/1.1 407");
      assertThat(asked).isEmpty();
    }
  }

  @Test
  void refusedAddressIsNotConnectedTo() throws Exception {
    try (EgressProxy proxy = proxy(EgressPolicy.DEFAULT, AddressResolver.SYSTEM)) {
      assertThat(say(proxy, "CONNECT 127.0.0.1:" + port(), true, "")).startsWith("HTTP/1.1 403");
      assertThat(say(proxy, "GET http://localhost:" + port() + "/", true, ""))
          .startsWith("HTTP/1.1 403");
      assertThat(say(proxy, "CONNECT [::ffff:127.0.0.1]:" + port(), true, ""))
          .startsWith("HTTP/1.1 403");
      assertThat(asked).isEmpty();
      assertThat(proxy.refused()).isTrue();
      assertThat(proxy.why()).contains("address 127.0.0.1 of ::ffff:127.0.0.1 may not be reached");
    }
  }

  @Test
  void whyAnAddressDoesNotAnswerIsSaid() throws Exception {
    try (EgressProxy proxy = proxy(LOOPBACK, AddressResolver.SYSTEM)) {
      server.stop(0);
      assertThat(say(proxy, "GET http://127.0.0.1:" + port() + "/", true, "")).contains("502");
      assertThat(proxy.why())
          .contains("127.0.0.1:" + port() + " does not answer: Connection refused");
    }
  }

  @Test
  void nameIsResolvedOnceAndOnlyItsPermittedAddressIsUsed() throws Exception {
    Queue<List<InetAddress>> answers = new ArrayDeque<>();
    answers.add(
        List.of(InetAddress.getByName("169.254.169.254"), InetAddress.getLoopbackAddress()));
    answers.add(List.of(InetAddress.getByName("169.254.169.254")));
    try (EgressProxy proxy = proxy(LOOPBACK, host -> answers.remove())) {
      String request = "GET http://rebinding.example:" + port() + "/";
      assertThat(say(proxy, request, true, "")).startsWith("HTTP/1.1 200");
      assertThat(say(proxy, request, true, "")).startsWith("HTTP/1.1 403");
      assertThat(answers).isEmpty();
    }
  }

  @Test
  void nonsenseIsRefused() throws Exception {
    try (EgressProxy proxy = proxy(LOOPBACK, AddressResolver.SYSTEM)) {
      for (String request :
          List.of("GET /", "CONNECT x", "CONNECT x:0", "CONNECT :1", "GET ftp://127.0.0.1/", "X")) {
        assertThat(say(proxy, request, true, "")).as(request).startsWith("HTTP/1.1 400");
      }
    }
  }

  @Test
  void whatComesWithTheHeadOfAnAnswerArrivesWhole() throws Exception {
    String answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\nbody\r\n\r\nmore";
    try (ServerSocket raw = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        EgressProxy proxy = proxy(LOOPBACK, AddressResolver.SYSTEM)) {
      Thread answering =
          new Thread(
              () -> {
                try (Socket client = raw.accept()) {
                  client.getOutputStream().write(answer.getBytes(ISO_8859_1));
                } catch (IOException e) {
                  asked.add(e.toString());
                }
              });
      answering.start();
      assertThat(say(proxy, "GET http://127.0.0.1:" + raw.getLocalPort() + "/", true, ""))
          .isEqualTo(
              "HTTP/1.1 100 Continue\r\n\r\n"
                  + "HTTP/1.1 200 OK\r\nA: b\r\nConnection: close\r\n\r\nbody\r\n\r\nmore");
      answering.join();
      assertThat(asked).isEmpty();
    }
  }

  @Test
  void afterARenewalNothingOfTheLastOperationIsLeft() throws Exception {
    try (EgressProxy proxy = proxy(EgressPolicy.DEFAULT, AddressResolver.SYSTEM);
        Socket open = new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
      String before = proxy.authorization();
      assertThat(say(proxy, "GET http://127.0.0.1:" + port() + "/", true, "")).contains("403");
      assertThat(proxy.refused()).isTrue();
      open.setSoTimeout(20_000);
      proxy.renew();
      assertThat(proxy.refused()).isFalse();
      assertThat(proxy.why()).isEmpty();
      assertThat(proxy.authorization()).isNotEqualTo(before);
      assertThat(proxy.admitted(before)).isEmpty();
      assertThat(ended(open)).isTrue();
      assertThat(say(proxy, "GET http://127.0.0.1:" + port() + "/", true, "")).contains("403");
    }
  }

  @Test
  void itIsKnownWhomAConnectionLedTo() throws Exception {
    try (EgressProxy proxy = proxy(LOOPBACK, AddressResolver.SYSTEM);
        Socket socket = new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
      socket.setSoTimeout(20_000);
      String head =
          "CONNECT localhost:%d HTTP/1.1\r\nProxy-Authorization: %s\r\n\r\n"
              .formatted(port(), proxy.authorization());
      socket.getOutputStream().write(head.getBytes(ISO_8859_1));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      assertThat(proxy.askedFrom(socket.getLocalPort())).contains("localhost:" + port());
    }
  }

  @Test
  void closeEndsWhatIsOpen() throws Exception {
    EgressProxy proxy = proxy(LOOPBACK, AddressResolver.SYSTEM);
    try (Socket socket = new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write("GET ".getBytes(ISO_8859_1));
      proxy.close();
      assertThat(ended(socket)).isTrue();
    }
  }

  private static final String UNKNOWN = "only-by-proxy.test";

  /** Of a network's proxy, which alone knows a name, and those who ask it. */
  private EgressProxy behind(EgressProxy upstream, String noProxy, String... denied)
      throws IOException {
    EgressPolicy policy =
        new EgressPolicy(
            false,
            List.of(),
            Stream.of(denied).map(AddressRange::parse).toList(),
            Optional.of(UpstreamProxy.parse(upstream.url(), List.of(noProxy))));
    return proxy(policy, EgressProxyIT::known);
  }

  private static List<InetAddress> known(String host) throws UnknownHostException {
    return switch (host) {
      case "both.test" ->
          List.of(InetAddress.getByName("192.0.2.1"), InetAddress.getByName("169.254.1.1"));
      case "public.test" -> List.of(InetAddress.getByName("192.0.2.1"));
      case UNKNOWN, "direct.test" -> throw new UnknownHostException(host);
      default -> AddressResolver.SYSTEM.resolve(host);
    };
  }

  private EgressProxy upstream(List<String> hosts) throws IOException {
    return proxy(
        LOOPBACK,
        host -> {
          hosts.add(host);
          return List.of(InetAddress.getLoopbackAddress());
        });
  }

  @Test
  void hostThatOnlyTheNetworksProxyKnowsIsAskedOfItWithItsPassword() throws Exception {
    List<String> hosts = new CopyOnWriteArrayList<>();
    try (EgressProxy upstream = upstream(hosts);
        EgressProxy proxy = behind(upstream, "direct.test")) {
      String place = UNKNOWN + ":" + port();
      assertThat(say(proxy, "GET http://user:x@" + place + "/a?b", true, ""))
          .startsWith("HTTP/1.1 200")
          .endsWith("hello");
      String inside = "GET /t HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      assertThat(say(proxy, "CONNECT " + place, true, inside))
          .startsWith("HTTP/1.1 200 Connection established")
          .endsWith("hello");
      assertThat(say(proxy, "CONNECT public.test:" + port(), true, inside)).endsWith("hello");
      assertThat(say(proxy, "POST http://" + place + "/", true, "x".repeat(100_000)))
          .endsWith("x".repeat(100_000));
      assertThat(asked).containsExactly("/a?b false", "/t false", "/t false", "/ false");
      assertThat(hosts).containsExactly(UNKNOWN, UNKNOWN, "public.test", UNKNOWN);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "169.254.169.254",
        "127.0.0.1",
        "[::1]",
        "[fe80::1]",
        "both.test",
        "localhost",
        "0xa9fea9fe",
        "0XA9.0xfe.43518",
        "169.254.169.25\u00b2",
        "only-by-pro\u00d7y.test",
        "0x7f.1",
        "a_b..c",
        "-u.test",
      })
  void addressesThatMayNotBeReachedAreNotAskedOfTheNetworksProxy(String host) throws Exception {
    List<String> hosts = new CopyOnWriteArrayList<>();
    try (EgressProxy upstream = upstream(hosts);
        EgressProxy proxy = behind(upstream, "direct.test")) {
      for (String request : List.of("CONNECT " + host + ":80", "GET http://" + host + "/")) {
        assertThat(say(proxy, request, true, "")).containsPattern("^HTTP/1.1 (400|403|502)");
      }
      assertThat(hosts).isEmpty();
    }
  }

  @Test
  void aDoorThatCanLetNobodyInIsClosed() throws Exception {
    AtomicInteger threads = new AtomicInteger();
    try (EgressProxy proxy =
        new EgressProxy(
            LOOPBACK,
            AddressResolver.SYSTEM,
            work -> {
              if (threads.incrementAndGet() > 1) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              Thread thread = new Thread(work);
              thread.setUncaughtExceptionHandler((ended, error) -> {});
              return thread;
            })) {
      Socket client = new Socket(proxy.address().getAddress(), proxy.address().getPort());
      assertThat(ended(client)).isTrue();
      Awaitility.await().until(() -> !proxy.listens());
    }
  }

  @Test
  void aNameIsAskedAsItWasJudged() throws Exception {
    List<String> hosts = new CopyOnWriteArrayList<>();
    try (EgressProxy upstream = upstream(hosts);
        EgressProxy proxy = behind(upstream, "direct.test")) {
      assertThat(say(proxy, "CONNECT x@" + UNKNOWN + ":80", true, "")).contains("502");
      assertThat(hosts).isEmpty();
    }
  }

  @Test
  void whatTheNetworksProxyMayReadInAnotherWayIsAskedAsItWasJudged() throws Exception {
    List<String> hosts = new CopyOnWriteArrayList<>();
    try (EgressProxy upstream = upstream(hosts);
        EgressProxy proxy = behind(upstream, "direct.test")) {
      say(proxy, "GET http://3221225985:" + port() + "/", true, "");
      say(proxy, "CONNECT 3221225985:" + port(), true, "GET / HTTP/1.0\r\n\r\n");
      assertThat(hosts).doesNotContain("3221225985");
    }
  }

  @Test
  void whatIsReachedWithoutTheNetworksProxyIsNotAskedOfIt() throws Exception {
    List<String> hosts = new CopyOnWriteArrayList<>();
    try (EgressProxy upstream = upstream(hosts)) {
      for (String exempt : List.of("direct.test", ".test", "test")) {
        try (EgressProxy proxy = behind(upstream, exempt)) {
          say(proxy, "CONNECT direct.test:1", true, "");
          assertThat(proxy.why()).contains("host direct.test cannot be resolved");
        }
      }
      try (EgressProxy proxy = behind(upstream, "0.0.0.0/0")) {
        assertThat(say(proxy, "CONNECT 127.0.0.1:" + port(), true, "")).contains("403");
      }
      assertThat(hosts).isEmpty();
    }
  }

  @Test
  void whereAddressesAreDeniedNobodyIsAskedForOneThatIsNotKnown() throws Exception {
    List<String> hosts = new CopyOnWriteArrayList<>();
    try (EgressProxy upstream = upstream(hosts);
        EgressProxy proxy = behind(upstream, "direct.test", "10.0.0.0/8")) {
      assertThat(say(proxy, "CONNECT " + UNKNOWN + ":1", true, "")).contains("502");
      assertThat(proxy.why()).contains("host " + UNKNOWN + " cannot be resolved");
      assertThat(hosts).isEmpty();
    }
  }

  @Test
  void whyTheNetworksProxyLetsNobodyThroughIsSaidWithoutItsPassword() throws Exception {
    List<String> hosts = new CopyOnWriteArrayList<>();
    try (EgressProxy upstream = upstream(hosts);
        EgressProxy proxy = behind(upstream, "direct.test")) {
      upstream.renew();
      assertThat(say(proxy, "CONNECT " + UNKNOWN + ":1", true, "")).contains("502");
      assertThat(proxy.why())
          .contains(UNKNOWN + ":1 is not reached by the proxy 127.0.0.1: the proxy answers 407");
      assertThat(say(proxy, "GET http://" + UNKNOWN + ":2/", true, "")).contains("502");
      assertThat(proxy.why())
          .contains(UNKNOWN + ":2 is not reached by the proxy 127.0.0.1: the proxy answers 407");
    }
  }

  private static boolean ended(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private static EgressProxy proxy(EgressPolicy policy, AddressResolver resolver)
      throws IOException {
    return new EgressProxy(
        policy,
        resolver,
        work -> {
          Thread thread = new Thread(work);
          thread.setDaemon(true);
          return thread;
        });
  }

  private static String say(EgressProxy proxy, String request, boolean known, String body)
      throws IOException {
    try (Socket socket = new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
      socket.setSoTimeout(20_000);
      String length = request.startsWith("POST") ? "Content-Length: " + body.length() + "\r\n" : "";
      String secret = known ? "Proxy-Authorization: " + proxy.authorization() + "\r\n" : "";
      String head = request + " HTTP/1.1\r\nHost: x\r\n" + secret + length + "\r\n";
      socket.getOutputStream().write((head + body).getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
