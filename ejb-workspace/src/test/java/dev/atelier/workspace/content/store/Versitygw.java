// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/** An S3 server over a folder, whose folders are its buckets. */
public final class Versitygw implements AutoCloseable {
  /** Of the one account. */
  public static final String ACCESS_KEY = "atelier-tests";

  /** Of the same. */
  public static final String SECRET_KEY = "not-for-anyone-else";

  private final Process process;
  private final InetAddress address;
  private final int port;

  private Versitygw(Process process, InetAddress address, int port) {
    this.address = address;
    this.process = process;
    this.port = port;
  }

  /** Where the program is; says so when it is nowhere. */
  public static Optional<Path> program() {
    Stream<Path> folders =
        Stream.of(
                Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                    .map(Path::of),
                Stream.ofNullable(System.getenv("GOPATH")).map(path -> Path.of(path, "bin")),
                Stream.of(Path.of(System.getProperty("user.home"), "go", "bin")))
            .flatMap(Stream::distinct);
    Optional<Path> program =
        folders.map(folder -> folder.resolve("versitygw")).filter(Files::isExecutable).findFirst();
    if (program.isEmpty()) {
      System.out.println("left out, for versitygw is missing: content in an S3 service");
    }
    return program;
  }

  /** Serves a folder on loopback, with such buckets. */
  public static Versitygw start(Path program, Path folder, String... buckets) throws IOException {
    return start(program, folder, InetAddress.getLoopbackAddress(), buckets);
  }

  /** The same at another address of this machine. */
  public static Versitygw start(Path program, Path folder, InetAddress address, String... buckets)
      throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    for (String bucket : buckets) {
      Files.createDirectories(data.resolve(bucket));
    }
    int port = freePort(address);
    File log = folder.resolve("versitygw.log").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(
            program.toString(),
            "--port",
            address.getHostAddress() + ":" + port,
            "posix",
            data.toString());
    builder.environment().put("ROOT_ACCESS_KEY", ACCESS_KEY);
    builder.environment().put("ROOT_SECRET_KEY", SECRET_KEY);
    Versitygw server =
        new Versitygw(builder.redirectErrorStream(true).redirectOutput(log).start(), address, port);
    await().atMost(Duration.ofSeconds(30)).until(server::answers);
    return server;
  }

  private static int freePort(InetAddress address) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, address)) {
      return socket.getLocalPort();
    }
  }

  private boolean answers() {
    if (!process.isAlive()) {
      throw new IllegalStateException("versitygw has ended");
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Its URL. */
  public URI endpoint() {
    return URI.create("http://" + address.getHostAddress() + ":" + port);
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
