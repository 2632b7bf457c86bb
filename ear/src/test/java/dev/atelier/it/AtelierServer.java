// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The real {@code atelier.jar} in a process of its own, on free ports of the loopback interface.
 *
 * <p>Closing it kills what still runs; nothing of the process outlives the test.
 */
public final class AtelierServer implements AutoCloseable {
  /** Generous: a machine that runs a whole build beside the test is slow. */
  private static final Duration START_PATIENCE = Duration.ofMinutes(5);

  /** The README's. */
  private static final String RECOMMENDED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

  private static final Pattern GRPC = Pattern.compile("gRPC +(\\S+):(\\d+)");
  private static final Pattern CONSOLE = Pattern.compile("Console +http://(\\S+):(\\d+)/");

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** Data directories by the port of gRPC. */
  private static final Map<Integer, Path> DIRECTORIES = new ConcurrentHashMap<>();

  private final Process process;
  private final Path output;
  private final Path data;

  private AtelierServer(Process process, Path output, Path data) {
    this.process = process;
    this.output = output;
    this.data = data;
  }

  /**
   * Starts a server and waits until it says that it is ready.
   *
   * @param dataDirectory kept by the caller: a server started there again finds what was recorded
   * @param config by key; free ports are taken where it names none
   * @throws IllegalStateException with the server's output, when it ends before it is ready
   */
  public static AtelierServer start(Path dataDirectory, Map<String, String> config) {
    return start(Path.of(System.getProperty("atelier.jar")), dataDirectory, config);
  }

  /** The same with another program than the one that was built. */
  public static AtelierServer start(Path jar, Path dataDirectory, Map<String, String> config) {
    return start(jar, dataDirectory, config, Map.of());
  }

  /** The same with variables of the environment, beside this process' own. */
  public static AtelierServer start(
      Path jar, Path dataDirectory, Map<String, String> config, Map<String, String> environment) {
    AtelierServer server = launch(jar, dataDirectory, config, environment);
    try {
      await()
          .atMost(START_PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> server.isReady() || !server.process.isAlive());
      if (!server.isReady()) {
        throw new IllegalStateException("ended with " + server.exitCode() + ":\n" + server.log());
      }
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Starts a server and does not wait. */
  public static AtelierServer launch(Path dataDirectory, Map<String, String> config) {
    return launch(Path.of(System.getProperty("atelier.jar")), dataDirectory, config, Map.of());
  }

  /** The program with such a configuration, not started yet. */
  static ProcessBuilder program(Path jar, Path dataDirectory, Map<String, String> config) {
    Map<String, String> settings = new TreeMap<>(config);
    if (settings.keySet().stream().noneMatch(key -> key.startsWith("atelier.security."))) {
      settings.putAll(Accounts.users());
    }
    settings.putIfAbsent("atelier.http.port", "0");
    settings.putIfAbsent("atelier.grpc.port", "0");
    settings.put("atelier.data.directory", dataDirectory.toString());
    DIRECTORIES.put(Integer.parseInt(settings.get("atelier.grpc.port")), dataDirectory);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("atelier.jvm", RECOMMENDED).split(" ")));
    command.add("-jar");
    command.add(jar.toString());
    settings.forEach((key, value) -> command.add("--" + key + "=" + value));
    return new ProcessBuilder(command).redirectErrorStream(true);
  }

  private static AtelierServer launch(
      Path jar, Path dataDirectory, Map<String, String> config, Map<String, String> environment) {
    try {
      Path output = Files.createTempFile("atelier-server", ".log");
      ProcessBuilder builder = program(jar, dataDirectory, config).redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      return new AtelierServer(builder.start(), output, dataDirectory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Everything the process has written so far, standard output and error in one. */
  public String log() {
    try {
      return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean isReady() {
    return log().contains("Atelier is ready.") && CONSOLE.matcher(log()).find();
  }

  public int grpcPort() {
    int port = port(GRPC);
    DIRECTORIES.put(port, data);
    return port;
  }

  /** The token with every call where the manager on a port has made one, else nothing. */
  public static ClientInterceptor credentials(int port) {
    return new ClientInterceptor() {
      @Override
      public <Q, R> ClientCall<Q, R> interceptCall(
          MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
        Metadata headers = new Metadata();
        token(DIRECTORIES.get(port)).ifPresent(token -> headers.put(AUTHORIZATION, token));
        return MetadataUtils.newAttachHeadersInterceptor(headers)
            .interceptCall(method, options, next);
      }
    };
  }

  private static Optional<String> token(Path directory) {
    if (directory == null || !Files.exists(directory.resolve("grpc-token"))) {
      return Optional.empty();
    }
    try {
      return Optional.of("Bearer " + Files.readString(directory.resolve("grpc-token")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether this machine gives instances no networks, so that gRPC asks for a token. */
  boolean asksForToken() {
    return token(data).isPresent();
  }

  /** A port that leads to this server too. */
  int alsoAt(int port) {
    DIRECTORIES.put(port, data);
    return port;
  }

  public int httpPort() {
    return port(CONSOLE);
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for the process to end; its exit code, 128 and the signal's number for a signal. */
  public int exitCode() {
    return awaitEnd(START_PATIENCE);
  }

  /** As the admin of {@link Accounts}. */
  public HttpResponse<String> get(String path) {
    return get(path, Accounts.ADMIN);
  }

  public HttpResponse<String> get(String path, Accounts who) {
    return send(
        who.of(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort() + path)).build()));
  }

  public HttpResponse<String> send(HttpRequest request) {
    try {
      return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * SIGTERM, and waits.
   *
   * @return how long the process took to end
   * @throws org.awaitility.core.ConditionTimeoutException when it does not end within the patience
   */
  public Duration stop(Duration patience) {
    long start = System.nanoTime();
    process.destroy();
    awaitEnd(patience);
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** SIGKILL, and waits: no code of the server's runs any more. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd(START_PATIENCE);
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
    try {
      if (Files.exists(output)) {
        // For whoever looks at a test that failed.
        Path kept = Files.createDirectories(Path.of("target", "servers"));
        Files.move(output, kept.resolve(output.getFileName()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int awaitEnd(Duration patience) {
    await().atMost(patience).pollInterval(Duration.ofMillis(20)).until(() -> !process.isAlive());
    return process.exitValue();
  }

  private int port(Pattern line) {
    Matcher matcher = line.matcher(log());
    if (!matcher.find()) {
      throw new IllegalStateException("the server has not said " + line + ":\n" + log());
    }
    return Integer.parseInt(matcher.group(2));
  }
}
