// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** TCP connections to a server, that break or fall silent after so many bytes. */
final class UnreliableLine implements AutoCloseable {
  /** What happens when the bytes are used up. */
  enum Mishap {
    CUT,
    SILENCE
  }

  /** Which way the bytes are counted. */
  enum Way {
    UP,
    DOWN
  }

  private final ServerSocket socket;
  private final int target;
  private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger mishaps = new AtomicInteger();
  private final AtomicInteger times = new AtomicInteger();
  private final AtomicLong left = new AtomicLong();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile byte[] substitute = new byte[0];
  private volatile String question = "";
  private volatile long each;
  private volatile Way way = Way.UP;
  private volatile Mishap mishap = Mishap.CUT;

  UnreliableLine(int target) throws IOException {
    this.target = target;
    this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort());
  }

  /** That happens so often, each time after so many more bytes. */
  void fail(Way which, Mishap what, long bytes, int often) {
    way = which;
    mishap = what;
    each = bytes;
    left.set(bytes);
    mishaps.set(0);
    times.set(often);
  }

  /** The connection over which this is said next breaks instead of bringing the answer. */
  void loseAnswerTo(String text) {
    replaceAnswerTo(text, "");
  }

  /** As that, after another answer. */
  void replaceAnswerTo(String text, String answer) {
    substitute = answer.getBytes(StandardCharsets.US_ASCII);
    question = text;
  }

  /** How often it has happened. */
  int mishaps() {
    return mishaps.get();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(client);
        open.add(server);
        AtomicBoolean asked = new AtomicBoolean();
        daemon(() -> copy(client, server, Way.UP, asked));
        daemon(() -> copy(server, client, Way.DOWN, asked));
      } catch (IOException e) {
        // Closed, then the loop ends; or the target is away, which the client sees in silence.
      }
    }
  }

  private void copy(Socket from, Socket to, Way which, AtomicBoolean asked) {
    byte[] buffer = new byte[1 << 14];
    try (from;
        to) {
      InputStream input = from.getInputStream();
      OutputStream output = to.getOutputStream();
      for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
        if (which == Way.UP) {
          watch(buffer, count, asked);
        } else if (asked.getAndSet(false)) {
          mishaps.incrementAndGet();
          output.write(substitute);
          return;
        }
        if (which == way && times.get() > 0 && left.addAndGet(-count) <= 0) {
          happen(input);
          return;
        }
        output.write(buffer, 0, count);
      }
    } catch (IOException e) {
      // One side is gone; the other one follows.
      return;
    }
  }

  private void watch(byte[] buffer, int count, AtomicBoolean asked) {
    String text = question;
    if (!text.isEmpty() && new String(buffer, 0, count, StandardCharsets.US_ASCII).contains(text)) {
      question = "";
      asked.set(true);
    }
  }

  private void happen(InputStream input) throws IOException {
    times.decrementAndGet();
    mishaps.incrementAndGet();
    left.set(each);
    switch (mishap) {
      case CUT -> input.close();
      case SILENCE -> {
        try {
          // What comes is not even read.
          closed.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "unreliable line");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (Closeable closeable : open) {
      closeable.close();
    }
    closed.countDown();
  }
}
