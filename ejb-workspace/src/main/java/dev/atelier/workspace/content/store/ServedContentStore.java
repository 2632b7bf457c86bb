// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import dev.atelier.workspace.content.store.ContentStoreFault.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Objects of a folder that another process has, an {@link ObjectServer}, which grants each request
 * or refuses it. A connection for each.
 */
final class ServedContentStore implements ContentStore {
  /** Long enough for a server that is started again. */
  private static final Duration CONNECTING = Duration.ofSeconds(20);

  private static final long PAUSE_MILLIS = 100;
  private static final String OBJECT = "object ";

  private final Path socket;
  private final Duration connecting;

  /** Of the server that listens at {@code socket}, which is waited for. */
  ServedContentStore(Path socket) {
    this(socket, CONNECTING);
  }

  ServedContentStore(Path socket, Duration connecting) {
    this.socket = socket;
    this.connecting = connecting;
  }

  private ObjectConnection connect() throws IOException {
    long until = System.nanoTime() + connecting.toNanos();
    while (true) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      boolean connected = false;
      try {
        connected = channel.connect(UnixDomainSocketAddress.of(socket));
        return new ObjectConnection(channel);
      } catch (ClosedByInterruptException e) {
        throw e;
      } catch (IOException e) {
        if (System.nanoTime() - until >= 0) {
          throw e;
        }
      } finally {
        if (!connected) {
          channel.close();
        }
      }
      pause();
    }
  }

  private static void pause() throws InterruptedIOException {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(e);
    }
  }

  static InterruptedIOException interrupted(Exception cause) {
    InterruptedIOException interrupted = new InterruptedIOException("interrupted");
    interrupted.initCause(cause);
    return interrupted;
  }

  /** What the end of a connection means to whoever waits for an answer. */
  static IOException lost(IOException cause) {
    if (cause instanceof ContentStoreFault
        || cause instanceof MissingContentException
        || cause instanceof InterruptedIOException) {
      return cause;
    }
    if (cause instanceof ClosedByInterruptException) {
      return interrupted(cause);
    }
    return new ContentStoreFault(
        Kind.UNAVAILABLE, "whoever serves the content store's folder cannot be reached", cause);
  }

  static void expect(ObjectConnection line, String name) throws IOException {
    String words = line.hear();
    if (!words.equals(ObjectConnection.DONE)) {
      throw ObjectConnection.fault(words, name);
    }
  }

  /** A connection on which this was asked for and granted. */
  private ObjectConnection asked(String what, String name) throws IOException {
    ObjectConnection line = null;
    boolean granted = false;
    try {
      line = connect();
      line.say(what + " " + name);
      expect(line, name);
      granted = true;
      return line;
    } catch (IOException e) {
      throw lost(e);
    } finally {
      if (!granted && line != null) {
        line.close();
      }
    }
  }

  @Override
  public Upload begin(String name) throws IOException {
    return new ServedUpload(asked("write", ObjectNames.name(name)), name);
  }

  @Override
  public InputStream read(String name) throws IOException {
    return new Reading(asked("read", ObjectNames.name(name)), name);
  }

  /** An object on its way from the server. */
  private static final class Reading extends InputStream {
    private final ObjectConnection line;
    private final String name;
    private final byte[] chunk = new byte[ObjectConnection.CHUNK];
    private int at;
    private int length;
    private boolean over;

    private Reading(ObjectConnection line, String name) {
      this.line = line;
      this.name = name;
    }

    private boolean there() throws IOException {
      if (at == length && !over) {
        try {
          length = line.receive(chunk, name);
        } catch (IOException e) {
          throw lost(e);
        }
        at = 0;
        over = length == 0;
      }
      return !over;
    }

    @Override
    public int read() throws IOException {
      return there() ? chunk[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int most) throws IOException {
      if (most == 0) {
        return 0;
      }
      if (!there()) {
        return -1;
      }
      int part = Math.min(most, length - at);
      System.arraycopy(chunk, at, bytes, offset, part);
      at += part;
      return part;
    }

    @Override
    public void close() throws IOException {
      line.close();
    }
  }

  @Override
  public void list(String prefix, Visitor visitor) throws IOException {
    try (ObjectConnection line = asked("list", ObjectNames.prefix(prefix))) {
      while (true) {
        String words;
        try {
          words = line.hear();
        } catch (IOException e) {
          throw lost(e);
        }
        if (words.equals(ObjectConnection.DONE)) {
          return;
        }
        if (!words.startsWith(OBJECT)) {
          throw lost(ObjectConnection.fault(words, prefix));
        }
        visitor.visit(object(words.substring(OBJECT.length())));
      }
    }
  }

  /** How an object of a list is said. */
  static String words(StoredObject object) {
    return OBJECT + object.name() + " " + object.size() + " " + object.modifiedAt();
  }

  private static StoredObject object(String words) {
    String[] parts = words.split(" ", 3);
    return new StoredObject(parts[0], Long.parseLong(parts[1]), Instant.parse(parts[2]));
  }

  @Override
  public void delete(String name) throws IOException {
    asked("delete", ObjectNames.name(name)).close();
  }

  /** Whether it works is found out by those who have it. */
  @Override
  public void check() throws IOException {
    throw new ContentStoreFault(
        Kind.REFUSED, "whether the content store works is for those to find out who have it", null);
  }

  @Override
  public void sweep() {
    // Of the uploads of others nothing is known here; those who have the folder sweep.
  }

  @Override
  public void close() {
    // Each request has a connection of its own, which ends with it.
  }
}
