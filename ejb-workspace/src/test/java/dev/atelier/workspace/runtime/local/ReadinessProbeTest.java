// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.runtime.local.LocalRuntimeSettings.Networks;
import dev.atelier.workspace.runtime.local.LocalRuntimeSettings.Use;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Probes of a port whose owner, here this process, does as it likes. */
@Timeout(60)
class ReadinessProbeTest {
  @TempDir Path data;

  private ReadinessProbe probe;
  private InstanceFolder folder;

  @BeforeEach
  void open() throws Exception {
    assumeTrue(LocalMachine.has("bash", "readiness over HTTP"));
    LocalRuntimeSettings settings =
        LocalRuntimeSettings.DEFAULT.with(
            s -> s.sandbox(Use.NONE).network(Networks.NONE).cgroups(Use.NONE));
    Machine machine = Machine.find(settings, data);
    probe = new ReadinessProbe(new Sandbox(machine, settings, data), machine);
    folder = new InstanceFolder(data, "i");
    Files.createDirectories(folder.root());
    Files.writeString(
        folder.status(), "{ \"child-pid\": %d }".formatted(ProcessHandle.current().pid()));
  }

  private boolean ready(ServerSocket listener) throws Exception {
    return probe.ready(folder, new Readiness.Http(listener.getLocalPort(), "/health"));
  }

  @Test
  void listenerWithAFullBacklogIsGivenUpSoon() throws Exception {
    List<SocketChannel> waiting = new ArrayList<>();
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 8; i++) {
        SocketChannel one = SocketChannel.open();
        one.configureBlocking(false);
        one.connect(listener.getLocalSocketAddress());
        waiting.add(one);
      }
      long began = System.nanoTime();
      assertThat(ready(listener)).isFalse();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
    } finally {
      for (SocketChannel one : waiting) {
        one.close();
      }
    }
  }

  @Test
  void serviceThatAnswersIsReadyOverEitherProtocol() throws Exception {
    assertThat(answered("127.0.0.1", "HTTP/1.1 204 No Content\r\n\r\n")).isTrue();
    assertThat(answered("127.0.0.1", "HTTP/1.1 503 Not Yet\r\n\r\n")).isFalse();
    assertThat(answered("127.0.0.1", "something else")).isFalse();
    try {
      assertThat(answered("::1", "HTTP/1.0 200 OK\r\n\r\n")).isTrue();
    } catch (SocketException e) {
      System.out.println("left out, for this machine has no IPv6: readiness over ::1");
    }
  }

  @Test
  void requestIsOneWriteForServicesThatAnswerWhatTheyReadFirst() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(answered("127.0.0.1", "HTTP/1.1 204 No Content\r\n\r\n")).isTrue();
    }
  }

  private boolean answered(String address, String answer) throws Exception {
    try (ServerSocket listener = new ServerSocket()) {
      listener.bind(new InetSocketAddress(address, 0));
      CompletableFuture<String> asked =
          CompletableFuture.supplyAsync(() -> serve(listener, answer));
      boolean ready = ready(listener);
      assertThat(asked.get(10, TimeUnit.SECONDS))
          .startsWith("GET /health HTTP/1.0\r\n")
          .endsWith("\r\n\r\n");
      return ready;
    }
  }

  /** Answers the first that it reads and closes; what it read. */
  private static String serve(ServerSocket listener, String answer) {
    try (Socket client = listener.accept()) {
      byte[] read = new byte[1024];
      int length = client.getInputStream().read(read);
      client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
      return new String(read, 0, length, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
