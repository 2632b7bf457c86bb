// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it.hostile;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP by bare sockets of the loopback interface, so that anything can be said. */
final class RawHttp implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(45);

  /** The server waits for what does not come; nobody waits for the server. */
  private static final Duration BROKEN_OFF = Duration.ofSeconds(1);

  private static final int LONGEST_HEAD = 64 << 10;
  private static final int LONGEST_BODY = 1 << 20;

  /** Stands where the rest of a body did not come in time. */
  static final String ENDLESS = "(and so on for a minute)";

  private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *([0-9]{1,18})");
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})\\b");

  /**
   * What came back.
   *
   * @param head with the status line
   * @param body its first MiB; empty for a stream, which has no end
   */
  record Answer(int status, String head, String body) {
    String type() {
      Matcher type = Pattern.compile("(?im)^content-type: *([^;\r\n]+)").matcher(head);
      return type.find() ? type.group(1).strip().toLowerCase(Locale.ROOT) : "";
    }
  }

  private final int port;

  /** Sends, while the answer may come before all is sent. */
  private final ExecutorService writers = Executors.newCachedThreadPool();

  RawHttp(int port) {
    this.port = port;
  }

  /**
   * Sends bytes on a connection of their own.
   *
   * @param over whether no more bytes come, which is said to the server
   * @param headOnly the answer has no body
   * @return empty when the connection ended without a whole answer, or none came in a minute, of
   *     what broke off in a second
   */
  Optional<Answer> ask(byte[] request, boolean over, boolean headOnly) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) (over ? BROKEN_OFF : PATIENCE).toMillis());
      writers.execute(() -> send(socket, request, over));
      return read(new BufferedInputStream(socket.getInputStream()), headOnly);
    }
  }

  private static void send(Socket socket, byte[] request, boolean over) {
    try {
      socket.getOutputStream().write(request);
      if (over) {
        socket.shutdownOutput();
      }
    } catch (IOException e) {
      // The server has heard enough: its answer tells.
      return;
    }
  }

  private static Optional<Answer> read(InputStream in, boolean headOnly) {
    try {
      String head = head(in);
      while (head.startsWith("HTTP/1.1 100")) {
        head = head(in);
      }
      Matcher status = STATUS.matcher(head);
      if (!status.lookingAt()) {
        return Optional.empty();
      }
      Answer bare = new Answer(Integer.parseInt(status.group(1)), head, "");
      // An answer without a type is one to an upgrade that was not made, and may be a stream.
      boolean stream =
          bare.type().equals("text/event-stream")
              || (bare.type().isEmpty() && bare.status() == 200);
      boolean end = stream || bare.status() == 304 || headOnly;
      return Optional.of(end ? bare : new Answer(bare.status(), head, body(in, head)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int last = 0;
    for (int next = in.read(); next >= 0 && head.size() < LONGEST_HEAD; next = in.read()) {
      head.write(next);
      last = (last << 8) | next;
      if (last == 0x0d0a0d0a) {
        break;
      }
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  /** What there is of it: a reset cuts the rest off, where the server did not read all. */
  private static String body(InputStream in, String head) {
    Matcher said = LENGTH.matcher(head);
    long length =
        said.find() ? Math.min(LONGEST_BODY, Long.parseLong(said.group(1))) : LONGEST_BODY;
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] part = new byte[8 << 10];
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (body.size() < length) {
        if (System.nanoTime() > end) {
          throw new SocketTimeoutException("more and more comes");
        }
        int read = in.read(part);
        if (read < 0) {
          break;
        }
        body.write(part, 0, read);
      }
    } catch (SocketTimeoutException e) {
      body.writeBytes(ENDLESS.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      body.writeBytes("\n(cut off)".getBytes(StandardCharsets.US_ASCII));
    }
    return body.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    writers.shutdownNow();
  }
}
