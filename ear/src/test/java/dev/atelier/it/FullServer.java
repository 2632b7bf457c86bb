// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * The full Payara server with a domain of its own, every listener on a free port of the loopback
 * interface. Closing it kills what still runs.
 */
final class FullServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private final Process process;
  private final Path domain;
  private final int httpPort;

  private FullServer(Process process, Path domain, int httpPort) {
    this.process = process;
    this.domain = domain;
    this.httpPort = httpPort;
  }

  /**
   * @param environment of the server's process, beside this one's
   */
  static FullServer start(Map<String, String> environment) throws IOException {
    Path home = Path.of(System.getProperty("payara.home"));
    Path domain = home.resolve("glassfish/domains/domain1");
    int httpPort = freePort();
    Path configuration = domain.resolve("config/domain.xml");
    Path original = domain.resolve("config/domain.xml.original");
    if (!Files.exists(original)) {
      Files.copy(configuration, original);
    }
    Files.writeString(configuration, onFreeLoopbackPorts(Files.readString(original), httpPort));
    Path autodeploy = Files.createDirectories(domain.resolve("autodeploy"));
    try (var left = Files.list(autodeploy)) {
      for (Path file : left.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }

    ProcessBuilder builder =
        new ProcessBuilder(home.resolve("bin/asadmin").toString(), "start-domain", "--verbose")
            .redirectErrorStream(true)
            .redirectOutput(domain.resolve("console.log").toFile());
    builder.environment().putAll(environment);
    builder.environment().put("AS_JAVA", System.getProperty("java.home"));
    FullServer server = new FullServer(builder.start(), domain, httpPort);
    try {
      server.awaitUntil(() -> server.log().contains("startup time"));
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private static String onFreeLoopbackPorts(String domain, int httpPort) throws IOException {
    String text =
        domain
            .replace("address=\"0.0.0.0\"", "address=\"127.0.0.1\"")
            .replace(
                "<network-listener port=\"8080\"",
                "<network-listener address=\"127.0.0.1\" port=\"" + httpPort + "\"")
            .replace(
                "<hazelcast-config-specific-configuration></",
                "<hazelcast-config-specific-configuration enabled=\"false\"></");
    for (String port : List.of("8181", "4848")) {
      text =
          text.replace(
              "<network-listener port=\"" + port + "\"",
              "<network-listener address=\"127.0.0.1\" port=\"" + freePort() + "\"");
    }
    for (String port : List.of("3700", "3820", "3920", "8686")) {
      text = text.replace("port=\"" + port + "\"", "port=\"" + freePort() + "\"");
    }
    return text;
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /**
   * @throws IllegalStateException with the server's log, when it refuses the archive
   */
  void deploy(Path archive) throws IOException {
    Path folder = domain.resolve("autodeploy");
    String name = archive.getFileName().toString();
    // Moved in one step: the server looks into the folder every two seconds.
    Path copy = Files.copy(archive, domain.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    Files.move(copy, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    awaitUntil(
        () ->
            Files.exists(folder.resolve(name + "_deployed"))
                || Files.exists(folder.resolve(name + "_deployFailed")));
    if (!Files.exists(folder.resolve(name + "_deployed"))) {
      throw new IllegalStateException(log());
    }
  }

  HttpResponse<String> get(String path) {
    try {
      return HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path)).build(),
              HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  String log() {
    try {
      return Files.readString(domain.resolve("console.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitUntil(Callable<Boolean> condition) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> condition.call() || !process.isAlive());
    if (!process.isAlive()) {
      throw new IllegalStateException("the server ended:\n" + log());
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> processes = process.descendants().toList();
    processes.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    await()
        .atMost(PATIENCE)
        .until(() -> !process.isAlive() && processes.stream().noneMatch(ProcessHandle::isAlive));
  }
}
