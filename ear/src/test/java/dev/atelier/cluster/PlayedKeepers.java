// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.java_websocket.WebSocket;
import org.java_websocket.drafts.Draft_6455;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.protocols.Protocol;
import org.java_websocket.server.DefaultSSLWebSocketServerFactory;
import org.java_websocket.server.WebSocketServer;

/**
 * The part of a kubelet by which an API server runs programs in containers. Each program succeeds;
 * one that asks for the content's report is told that it is there.
 */
final class PlayedKeepers extends WebSocketServer implements AutoCloseable {
  private static final byte OUTPUT = 1;
  private static final byte STATUS = 3;
  private static final char[] PASSWORD = "played".toCharArray();

  private final CompletableFuture<Integer> port = new CompletableFuture<>();

  private PlayedKeepers(SSLContext tls) {
    super(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        1,
        List.of(new Draft_6455(List.of(), List.of(new Protocol("v4.channel.k8s.io")))));
    setWebSocketFactory(new DefaultSSLWebSocketServerFactory(tls));
    setDaemon(true);
  }

  /** Begins, with the certificate of the test cluster's kubelet; empty on another cluster. */
  static Optional<PlayedKeepers> ofTestCluster() {
    String run = System.getenv("CLUSTER_RUN");
    if (run == null) {
      return Optional.empty();
    }
    try {
      PlayedKeepers keepers = new PlayedKeepers(tls(Path.of(run, "pki")));
      keepers.start();
      keepers.port.join();
      return Optional.of(keepers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static SSLContext tls(Path pki)
      throws IOException, GeneralSecurityException, InterruptedException {
    Path keys = Files.createTempFile("played-kubelet", ".p12");
    try {
      Process openssl =
          new ProcessBuilder(
                  "openssl",
                  "pkcs12",
                  "-export",
                  "-inkey",
                  pki.resolve("kubelet.key").toString(),
                  "-in",
                  pki.resolve("kubelet.crt").toString(),
                  "-passout",
                  "pass:" + new String(PASSWORD),
                  "-out",
                  keys.toString())
              .inheritIO()
              .start();
      if (openssl.waitFor() != 0) {
        throw new IOException("openssl ended with " + openssl.exitValue());
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(keys)) {
        store.load(in, PASSWORD);
      }
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(store, PASSWORD);
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(managers.getKeyManagers(), null, null);
      return tls;
    } finally {
      Files.delete(keys);
    }
  }

  /** Where the API server finds it. */
  int port() {
    return port.join();
  }

  @Override
  public void onStart() {
    port.complete(getPort());
  }

  @Override
  public void onOpen(WebSocket socket, ClientHandshake asked) {
    if (asked.getResourceDescriptor().contains("command=cat")) {
      socket.send(frame(OUTPUT, "content=ready\noutcome=done\n"));
    }
    socket.send(frame(STATUS, "{\"metadata\":{},\"status\":\"Success\"}"));
    socket.close();
  }

  private static byte[] frame(byte channel, String text) {
    byte[] words = text.getBytes(UTF_8);
    byte[] frame = new byte[words.length + 1];
    frame[0] = channel;
    System.arraycopy(words, 0, frame, 1, words.length);
    return frame;
  }

  @Override
  public void onMessage(WebSocket socket, String text) {}

  @Override
  public void onClose(WebSocket socket, int code, String reason, boolean remote) {}

  @Override
  public void onError(WebSocket socket, Exception fault) {
    System.err.println("the played keepers: " + fault);
    port.completeExceptionally(fault);
  }

  @Override
  public void close() {
    try {
      stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
