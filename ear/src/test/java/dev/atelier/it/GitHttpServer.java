// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves real git repositories by git http-backend, on a free port. */
final class GitHttpServer implements AutoCloseable {
  private final Path root;
  private final HttpServer server;
  private final ExecutorService workers = Executors.newCachedThreadPool();

  /** On the loopback interface. */
  GitHttpServer(Path root) throws IOException {
    this(root, InetAddress.getLoopbackAddress());
  }

  GitHttpServer(Path root, InetAddress address) throws IOException {
    this.root = root;
    server = HttpServer.create(new InetSocketAddress(address, 0), 0);
    server.setExecutor(workers);
    server.createContext("/", this::serve);
    server.start();
  }

  /** Makes a repository with one commit, and answers its URL. */
  String repository(String name) throws IOException, InterruptedException {
    Path work = Files.createDirectories(root.resolve(name + "-work"));
    Files.writeString(work.resolve("README.md"), "# " + name + "\n");
    git(work, "init", "-q", "-b", "main");
    git(work, "add", ".");
    git(work, "-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "-qm", "Begin");
    git(root, "clone", "-q", "--bare", work.toString(), name + ".git");
    return "http://%s:%d/%s.git"
        .formatted(
            server.getAddress().getAddress().getHostAddress(), server.getAddress().getPort(), name);
  }

  private static void git(Path folder, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder git = new ProcessBuilder();
    git.command().add("git");
    git.command().addAll(List.of(arguments));
    Process process = git.directory(folder.toFile()).redirectErrorStream(true).start();
    String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("git " + String.join(" ", arguments) + ": " + words);
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      ProcessBuilder backend = new ProcessBuilder("git", "http-backend");
      Map<String, String> environment = backend.environment();
      environment.put("GIT_PROJECT_ROOT", root.toString());
      environment.put("GIT_HTTP_EXPORT_ALL", "1");
      environment.put("PATH_INFO", exchange.getRequestURI().getPath());
      String query = exchange.getRequestURI().getRawQuery();
      environment.put("QUERY_STRING", query == null ? "" : query);
      environment.put("REQUEST_METHOD", exchange.getRequestMethod());
      putHeader(environment, "CONTENT_TYPE", exchange, "Content-Type");
      putHeader(environment, "HTTP_CONTENT_ENCODING", exchange, "Content-Encoding");
      putHeader(environment, "GIT_PROTOCOL", exchange, "Git-Protocol");
      Process process = backend.start();
      try (OutputStream in = process.getOutputStream()) {
        exchange.getRequestBody().transferTo(in);
      }
      answer(exchange, process.getInputStream());
    }
  }

  private static void putHeader(
      Map<String, String> environment, String variable, HttpExchange exchange, String header) {
    String value = exchange.getRequestHeaders().getFirst(header);
    if (value != null) {
      environment.put(variable, value);
    }
  }

  private static void answer(HttpExchange exchange, InputStream out) throws IOException {
    byte[] whole = out.readAllBytes();
    String text = new String(whole, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    int status = 200;
    for (String line : text.substring(0, end).lines().toList()) {
      String[] header = line.split(": ", 2);
      if (header[0].equals("Status")) {
        status = Integer.parseInt(header[1].substring(0, 3));
      } else {
        exchange.getResponseHeaders().set(header[0], header[1]);
      }
    }
    exchange.sendResponseHeaders(status, 0);
    exchange.getResponseBody().write(whole, end + 4, whole.length - end - 4);
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
  }
}
