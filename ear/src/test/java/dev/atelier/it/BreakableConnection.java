// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Passes on what goes to and from a port of the loopback interface, until it is broken. */
final class BreakableConnection implements AutoCloseable {
  private final ServerSocket listener;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  BreakableConnection(int target) throws IOException {
    this.target = target;
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Ends every connection there is; later ones are passed on again. */
  void breakAll() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
    open.clear();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(client);
        open.add(server);
        thread(() -> pass(client, server));
        thread(() -> pass(server, client));
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  private static void pass(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // Broken, as was wanted, or its end.
    }
  }

  private static void thread(Runnable work) {
    Thread thread = new Thread(work, "breakable-connection");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    try {
      listener.close();
      breakAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
