// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/**
 * git http-backend behind a real HTTP server on loopback: repositories are folders below a root.
 */
public final class GitServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final Path root;
  private final String scheme;
  private final String address;

  /** Paths below which a login is needed, and it. */
  public final Map<String, String> logins = new ConcurrentHashMap<>();

  /** Paths answered by a redirect: prefix to what it is replaced by. */
  final Map<String, String> redirects = new ConcurrentHashMap<>();

  /** Where whoever has logged in is sent to; empty: nowhere. */
  volatile String redirectAfterLogin = "";

  /** Paths answered with a text, once each. */
  final Map<String, String> once = new ConcurrentHashMap<>();

  /** Paths answered with a text, again and again. */
  final Map<String, String> always = new ConcurrentHashMap<>();

  /** Paths whose answer begins, and then never goes on. */
  final Set<String> stalling = ConcurrentHashMap.newKeySet();

  private final CountDownLatch closing = new CountDownLatch(1);

  /** Paths below which repositories are served as plain files, as a web server does. */
  final Set<String> plain = ConcurrentHashMap.newKeySet();

  /** What was asked, as "path authorization". */
  final List<String> requests = new CopyOnWriteArrayList<>();

  /** What the machine's process list showed while a login was answered. */
  final List<String> processes = new CopyOnWriteArrayList<>();

  /** On loopback. */
  public GitServer(Path root) throws IOException {
    this(root, InetAddress.getLoopbackAddress(), HttpServer.create(), "http");
  }

  /** On another address of this machine. */
  public GitServer(Path root, InetAddress address) throws IOException {
    this(root, address, HttpServer.create(), "http");
  }

  GitServer(Path root, SSLContext tls) throws IOException {
    this(root, InetAddress.getLoopbackAddress(), secured(tls), "https");
  }

  private GitServer(Path root, InetAddress address, HttpServer server, String scheme)
      throws IOException {
    this.address = address.getHostAddress();
    this.root = root;
    this.server = server;
    this.scheme = scheme;
    server.bind(new InetSocketAddress(address, 0), 0);
    server.setExecutor(workers);
    server.createContext("/", this::serve);
    server.start();
  }

  private static HttpServer secured(SSLContext tls) throws IOException {
    HttpsServer server = HttpsServer.create();
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    return server;
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** Of a repository below the root. */
  public String url(String path) {
    return scheme + "://" + address + ":" + port() + "/" + path;
  }

  boolean sawAuthorization() {
    return requests.stream().anyMatch(request -> !request.endsWith(" -"));
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getRawPath();
      String given = exchange.getRequestHeaders().getFirst("Authorization");
      if (given != null) {
        noteProcesses();
      }
      requests.add(path + " " + (given == null ? "-" : given));
      for (Map.Entry<String, String> redirect : redirects.entrySet()) {
        if (path.startsWith(redirect.getKey())) {
          String rest = exchange.getRequestURI().toString().substring(redirect.getKey().length());
          exchange.getResponseHeaders().set("Location", redirect.getValue() + rest);
          exchange.sendResponseHeaders(302, -1);
          return;
        }
      }
      for (Map.Entry<String, String> login : logins.entrySet()) {
        String pair =
            Base64.getEncoder().encodeToString(login.getValue().getBytes(StandardCharsets.UTF_8));
        if (path.startsWith(login.getKey()) && !("Basic " + pair).equals(given)) {
          exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"git\"");
          exchange.sendResponseHeaders(401, -1);
          return;
        }
      }
      if (given != null && !redirectAfterLogin.isEmpty()) {
        String to = redirectAfterLogin + exchange.getRequestURI().toString().substring(1);
        exchange.getResponseHeaders().set("Location", to);
        exchange.sendResponseHeaders(302, -1);
        return;
      }
      if (stalling.contains(path)) {
        stall(exchange);
        return;
      }
      String text = Optional.ofNullable(once.remove(path)).orElse(always.get(path));
      if (text != null) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (path.endsWith("/objects/batch")) {
          exchange.getResponseHeaders().set("Content-Type", "application/vnd.git-lfs+json");
        }
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        return;
      }
      if (plain.stream().anyMatch(path::startsWith)) {
        file(exchange, root.resolve(path.substring(1)).normalize());
        return;
      }
      backend(exchange, path);
    }
  }

  private void stall(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 100_000);
    exchange.getResponseBody().write(new byte[100]);
    exchange.getResponseBody().flush();
    try {
      closing.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void file(HttpExchange exchange, Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    byte[] bytes = Files.readAllBytes(file);
    exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private void noteProcesses() {
    ProcessHandle.allProcesses()
        .map(process -> Path.of("/proc", Long.toString(process.pid()), "cmdline"))
        .forEach(
            file -> {
              try {
                processes.add(Files.readString(file, StandardCharsets.ISO_8859_1));
              } catch (IOException e) {
                processes.add("ended");
              }
            });
  }

  private void backend(HttpExchange exchange, String path) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("git", "http-backend");
    Map<String, String> environment = builder.environment();
    environment.put("GIT_PROJECT_ROOT", root.toString());
    environment.put("GIT_HTTP_EXPORT_ALL", "1");
    environment.put("PATH_INFO", path);
    environment.put("REQUEST_METHOD", exchange.getRequestMethod());
    String query = exchange.getRequestURI().getRawQuery();
    environment.put("QUERY_STRING", query == null ? "" : query);
    environment.put("REMOTE_ADDR", "127.0.0.1");
    Headers headers = exchange.getRequestHeaders();
    put(environment, "CONTENT_TYPE", headers.getFirst("Content-Type"));
    put(environment, "HTTP_CONTENT_ENCODING", headers.getFirst("Content-Encoding"));
    put(environment, "GIT_PROTOCOL", headers.getFirst("Git-Protocol"));
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    workers.execute(
        () -> {
          try (OutputStream stdin = process.getOutputStream()) {
            exchange.getRequestBody().transferTo(stdin);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    try (InputStream out = process.getInputStream()) {
      int status = 200;
      for (String line = line(out); !line.isEmpty(); line = line(out)) {
        int colon = line.indexOf(':');
        String value = line.substring(colon + 1).strip();
        if (line.startsWith("Status:")) {
          status = Integer.parseInt(value.substring(0, 3));
        } else {
          exchange.getResponseHeaders().set(line.substring(0, colon), value);
        }
      }
      exchange.sendResponseHeaders(status, 0);
      out.transferTo(exchange.getResponseBody());
    }
  }

  private static void put(Map<String, String> environment, String name, String value) {
    if (value != null) {
      environment.put(name, value);
    }
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    workers.shutdownNow();
  }
}
