// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

/** Connections to an API server that may be cut, lose answers, or fall silent. */
public final class ApiLine implements AutoCloseable {
  private final InetSocketAddress target;
  private final int port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile ServerSocket listener;
  private volatile boolean swallows;
  private final Set<Socket> silenced = ConcurrentHashMap.newKeySet();

  ApiLine(String host, int targetPort) throws IOException {
    this.target = new InetSocketAddress(host, targetPort);
    this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    this.port = listener.getLocalPort();
    ServerSocket first = listener;
    daemon(() -> accept(first));
  }

  int port() {
    return port;
  }

  /** Nobody answers. */
  public synchronized void down() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }

  /**
   * What is asked comes through from now on, and no answer does; once that is done it goes down.
   */
  void loseAnswers(Callable<Boolean> done) {
    swallows = true;
    daemon(
        () -> {
          await().until(done);
          down();
        });
  }

  /** Connections stay, and nothing comes through those that there are. */
  public void fallSilent() {
    silenced.addAll(open);
  }

  /** Works again. */
  public synchronized void up() {
    try {
      swallows = false;
      silenced.clear();
      if (listener.isClosed()) {
        ServerSocket next = new ServerSocket();
        next.setReuseAddress(true);
        next.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
        listener = next;
        daemon(() -> accept(next));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends every connection that there is. */
  public void cut() {
    for (Socket socket : open) {
      close(socket);
    }
  }

  private void accept(ServerSocket on) {
    while (!on.isClosed()) {
      try {
        Socket client = on.accept();
        Socket server = new Socket();
        open.add(client);
        server.connect(target, 2000);
        open.add(server);
        // Who was let in while the line went down was not there to be cut.
        if (on.isClosed()) {
          close(client);
          close(server);
          return;
        }
        daemon(() -> copy(client, server, false));
        daemon(() -> copy(server, client, true));
      } catch (IOException e) {
        // Closed, and then the loop ends; or the server is away, which the client sees by itself.
        cutIfAway();
      }
    }
  }

  private void cutIfAway() {
    if (!listener.isClosed()) {
      cut();
    }
  }

  private void copy(Socket from, Socket to, boolean answers) {
    byte[] buffer = new byte[1 << 14];
    try (from;
        to) {
      InputStream input = from.getInputStream();
      OutputStream output = to.getOutputStream();
      for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
        if ((answers && swallows) || silenced.contains(from)) {
          continue;
        }
        output.write(buffer, 0, count);
      }
    } catch (IOException e) {
      // One side is gone; the other one follows.
      return;
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "api line");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    down();
  }
}
