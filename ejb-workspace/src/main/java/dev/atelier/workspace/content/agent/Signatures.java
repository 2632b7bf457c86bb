// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import dev.atelier.workspace.content.store.ContentStoreFault;
import dev.atelier.workspace.content.store.ContentStoreFault.Kind;
import dev.atelier.workspace.content.store.RequestSigner;
import dev.atelier.workspace.content.store.StoreRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Has requests signed or granted by whoever connects to a socket: a manager, which comes when there
 * is work and again when it was lost. Every request goes to all who are there, the first answer
 * counts.
 *
 * <p>A request is a line of a number and {@link StoreRequest#text}; its answer one of that number,
 * and the headers as {@link StoreRequest#text(Map)}, or {@code refused} or {@code unavailable}.
 */
final class Signatures implements RequestSigner, AutoCloseable {
  /** Long enough for a manager that comes again, and shorter than an attempt at a request. */
  private static final Duration ANSWER = Duration.ofSeconds(20);

  /** The newest; of those before them nobody knows whether they are still there. */
  private static final int MOST_SESSIONS = 4;

  /** More than a store asks at once. */
  private static final int MOST_PENDING = 64;

  private final ServerSocketChannel server;
  private final Path socket;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<String, Pending> pending = new ConcurrentHashMap<>();
  private final Deque<Session> sessions = new ArrayDeque<>();

  private record Pending(String line, CompletableFuture<String> answer) {}

  /** Listens at {@code socket}, whose folder must be there. */
  Signatures(Path socket) throws IOException {
    this.socket = socket;
    Files.deleteIfExists(socket);
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    daemon(this::accept);
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "signatures");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (server.isOpen()) {
        begin(new Session(server.accept()));
      }
    } catch (IOException e) {
      if (server.isOpen()) {
        System.out.println("nobody can sign requests any more: " + e.getMessage());
      }
    }
  }

  private void begin(Session session) {
    Session oldest = null;
    synchronized (sessions) {
      sessions.addLast(session);
      if (sessions.size() > MOST_SESSIONS) {
        oldest = sessions.removeFirst();
      }
      sessions.notifyAll();
    }
    if (oldest != null) {
      oldest.close();
    }
    daemon(session::write);
    daemon(session::read);
    // Whoever was asked before may be gone.
    pending.values().forEach(one -> session.ask(one.line()));
  }

  /** Somebody who signs. */
  private final class Session {
    private final SocketChannel channel;
    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(2 * MOST_PENDING);

    Session(SocketChannel channel) {
      this.channel = channel;
    }

    void ask(String line) {
      if (!lines.offer(line)) {
        close();
      }
    }

    void write() {
      try {
        while (channel.isOpen()) {
          String line = lines.poll(1, TimeUnit.SECONDS);
          ByteBuffer bytes =
              ByteBuffer.wrap((line == null ? "" : line).getBytes(StandardCharsets.UTF_8));
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        }
      } catch (IOException e) {
        close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        close();
      }
    }

    void read() {
      try (BufferedReader in =
          new BufferedReader(
              new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8))) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          int cut = line.indexOf(' ');
          Pending asked = cut < 0 ? null : pending.get(line.substring(0, cut));
          if (asked != null) {
            asked.answer().complete(line.substring(cut + 1));
          }
        }
      } catch (IOException e) {
        // It is gone like one that has ended.
      } finally {
        close();
      }
    }

    void close() {
      synchronized (sessions) {
        sessions.remove(this);
      }
      try {
        channel.close();
      } catch (IOException e) {
        System.out.println("a socket is left: " + e.getMessage());
      }
    }
  }

  /** Waits for somebody who signs; answers whether there is anybody. */
  boolean await(Duration most) throws InterruptedException {
    long until = System.nanoTime() + most.toNanos();
    synchronized (sessions) {
      for (long rest = most.toNanos(); sessions.isEmpty() && rest > 0; ) {
        TimeUnit.NANOSECONDS.timedWait(sessions, rest);
        rest = until - System.nanoTime();
      }
      return !sessions.isEmpty();
    }
  }

  @Override
  public Map<String, String> sign(StoreRequest request)
      throws ContentStoreFault, InterruptedException {
    String number = Long.toString(numbers.incrementAndGet());
    Pending one = new Pending(number + " " + request.text() + "\n", new CompletableFuture<>());
    pending.put(number, one);
    try {
      Session[] there;
      synchronized (sessions) {
        there = sessions.toArray(Session[]::new);
      }
      for (Session session : there) {
        session.ask(one.line());
      }
      return headers(one.answer().get(ANSWER.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      throw new ContentStoreFault(Kind.UNAVAILABLE, "no manager is there to sign it", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("answers do not fail", e);
    } finally {
      pending.remove(number);
    }
  }

  private static Map<String, String> headers(String answer) throws ContentStoreFault {
    switch (answer) {
      case "refused" ->
          throw new ContentStoreFault(Kind.REFUSED, "the manager does not grant it", null);
      case "unavailable" ->
          throw new ContentStoreFault(Kind.UNAVAILABLE, "the manager cannot sign it now", null);
      default -> {
        try {
          return StoreRequest.values(answer);
        } catch (IllegalArgumentException e) {
          throw new ContentStoreFault(Kind.UNAVAILABLE, "what the manager said is no answer", e);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    Session[] there;
    synchronized (sessions) {
      there = sessions.toArray(Session[]::new);
    }
    for (Session session : there) {
      session.close();
    }
    Files.deleteIfExists(socket);
  }
}
