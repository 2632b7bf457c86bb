// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.proto.wsman.DescribeClusterRequest;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import io.grpc.CallOptions;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What comes below gRPC, written byte by byte: the server stays well, and says little. */
class HostileConnectionsTest {
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
  private static final int MAX_FRAME = 16_384;

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int CONTINUATION = 9;
  private static final int END_HEADERS = 4;

  private static final int CONNECTIONS = 20;

  private final Traces traces = new Traces();
  private final Logger log = Logger.getLogger("");
  private final List<Socket> sockets = new ArrayList<>();
  private TestManager manager;

  @BeforeEach
  void start() throws Exception {
    manager = new TestManager(Map.of(), CONNECTIONS, 100);
    log.addHandler(traces);
  }

  @AfterEach
  void stop() throws IOException {
    log.removeHandler(traces);
    for (Socket socket : sockets) {
      socket.close();
    }
    manager.close();
    assertThat(traces.records).as("log records with a stack trace").isEmpty();
  }

  @Test
  void whatIsNoHttp2IsCutOff() throws Exception {
    byte[] noise = new byte[4_096];
    new Random(1).nextBytes(noise);
    for (byte[] bytes :
        List.of(
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII),
            noise,
            frame(DATA, 0, 1, new byte[100]))) {
      Socket socket = connect();
      write(socket, bytes);
      assertEnds(socket);
    }
    assertWell();
  }

  @Test
  void framesThatAreTooLargeEndTheConnection() throws Exception {
    for (int type : new int[] {DATA, HEADERS, SETTINGS, PING, 200}) {
      Socket socket = connected();
      byte[] header = frame(type, 0, 1, new byte[0]);
      header[0] = header[1] = header[2] = (byte) 0xff;
      write(socket, header);
      write(socket, new byte[MAX_FRAME]);
      assertEnds(socket);
    }
    assertWell();
  }

  @Test
  void headersThatNeverEndAreCutOff() throws Exception {
    Socket socket = connected();
    write(socket, frame(HEADERS, 0, 1, literal("a", "b")));
    byte[] more = frame(CONTINUATION, 0, 1, literal("x", "y".repeat(100)));
    for (int i = 0; i < 100_000 && write(socket, more); i++) {
      assertThat(i).as("continuations that were taken").isLessThan(99_999);
    }
    assertEnds(socket);
    assertWell();
  }

  @Test
  void streamsThatAreResetAtOnceEndTheConnection() throws Exception {
    Socket socket = connected();
    ByteArrayOutputStream burst = new ByteArrayOutputStream();
    for (int stream = 1; stream < 20_000; stream += 2) {
      burst.writeBytes(frame(HEADERS, END_HEADERS, stream, request()));
      burst.writeBytes(frame(RESET, 0, stream, new byte[] {0, 0, 0, 8}));
    }
    write(socket, burst.toByteArray());
    assertEnds(socket);
    assertWell();
  }

  @Test
  void pingsWithoutAPauseEndTheConnection() throws Exception {
    Socket socket = connected();
    byte[] ping = frame(PING, 0, 0, new byte[8]);
    for (int i = 0; i < 100 && write(socket, ping); i++) {
      assertThat(socket.isConnected()).isTrue();
    }
    assertEnds(socket);
    assertWell();
  }

  @Test
  void settingsWhoseAnswersNobodyReadsHoldNoMemory() throws Exception {
    Socket socket = connect();
    socket.setReceiveBufferSize(1_024);
    write(socket, PREFACE);
    byte[] settings = frame(SETTINGS, 0, 0, new byte[0]);
    ByteBuffer many = ByteBuffer.allocate(settings.length * 10_000);
    while (many.hasRemaining()) {
      many.put(settings);
    }
    // The answers of all these are 90 MB; the server holds 10,000 of them at most.
    for (int i = 0; i < 1_000 && write(socket, many.array()); i++) {
      assertThat(i).as("floods that were taken").isLessThan(999);
    }
    assertWell();
  }

  @Test
  void headersThatComeByteByByteHoldUpNobody() throws Exception {
    Socket socket = connected();
    for (byte slow : frame(HEADERS, END_HEADERS, 1, request())) {
      write(socket, new byte[] {slow});
      assertWell();
    }
  }

  @Test
  void connectionsHaveABoundAndItsPlacesAreGivenBack() throws Exception {
    assertWell();
    List<Socket> held = new ArrayList<>();
    for (int i = 1; i < CONNECTIONS; i++) {
      held.add(connect());
    }
    for (int i = 0; i < 10; i++) {
      assertEnds(connect());
    }
    assertWell();
    for (Socket socket : held) {
      socket.close();
    }
    Awaitility.await()
        .untilAsserted(
            () -> {
              Socket socket = connected();
              write(socket, frame(PING, 0, 0, new byte[8]));
              socket.setSoTimeout(1_000);
              assertThat(socket.getInputStream().read()).isNotNegative();
            });
  }

  @Test
  void millionsOfEmptyEntriesAreRefusedBeforeTheyCostMemory() throws Exception {
    // StartWorkspaceRequest.spec, 12 MB of its empty envvars.
    int entries = 6_000_000;
    ByteBuffer message = ByteBuffer.allocate(2 * entries + 10);
    message.put((byte) 0x22);
    for (int length = 2 * entries; length > 0; length >>>= 7) {
      message.put((byte) ((length & 0x7f) | (length > 0x7f ? 0x80 : 0)));
    }
    for (int i = 0; i < entries; i++) {
      message.put((byte) 0x2a).put((byte) 0);
    }
    byte[] bytes = Arrays.copyOf(message.array(), message.position());
    Status status =
        RawCalls.call(
            manager.channel,
            WorkspaceManagerGrpc.getStartWorkspaceMethod(),
            CallOptions.DEFAULT,
            bytes);
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription()).contains("100000");
    assertWell();
  }

  /** Another client is served. */
  private void assertWell() {
    assertThat(
            manager
                .client()
                .describeCluster(DescribeClusterRequest.getDefaultInstance())
                .getWorkspaceClassesCount())
        .isEqualTo(1);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), manager.server.port());
    sockets.add(socket);
    return socket;
  }

  private Socket connected() throws IOException {
    Socket socket = connect();
    write(socket, PREFACE);
    write(socket, frame(SETTINGS, 0, 0, new byte[0]));
    return socket;
  }

  /** Whether the connection still takes it. */
  private static boolean write(Socket socket, byte[] bytes) {
    try {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      return true;
    } catch (IOException ended) {
      return false;
    }
  }

  /** The server ends it, whatever it says before. */
  private static void assertEnds(Socket socket) throws IOException {
    socket.setSoTimeout(10_000);
    try {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection is still open", e);
    } catch (IOException reset) {
      assertThat(reset).isNotNull();
    }
  }

  private static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >>> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  /** The headers of a call, in HPACK without a table. */
  private static byte[] request() {
    ByteArrayOutputStream headers = new ByteArrayOutputStream();
    headers.writeBytes(literal(":method", "POST"));
    headers.writeBytes(literal(":scheme", "http"));
    headers.writeBytes(literal(":path", "/wsman.WorkspaceManager/Subscribe"));
    headers.writeBytes(literal(":authority", "localhost"));
    headers.writeBytes(literal("content-type", "application/grpc"));
    headers.writeBytes(literal("te", "trailers"));
    return headers.toByteArray();
  }

  private static byte[] literal(String name, String value) {
    return ByteBuffer.allocate(3 + name.length() + value.length())
        .put((byte) 0)
        .put((byte) name.length())
        .put(name.getBytes(US_ASCII))
        .put((byte) value.length())
        .put(value.getBytes(US_ASCII))
        .array();
  }

  /** Keeps what the program would log with a stack trace. */
  private static final class Traces extends Handler {
    private final Queue<String> records = new ConcurrentLinkedQueue<>();

    @Override
    public void publish(LogRecord record) {
      if (record.getThrown() != null && record.getLevel().intValue() >= Level.WARNING.intValue()) {
        records.add(record.getLoggerName() + ": " + record.getMessage() + record.getThrown());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
