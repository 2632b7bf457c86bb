// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import dev.atelier.workspace.content.store.ContentStoreFault.Kind;
import dev.atelier.workspace.content.store.Grant.Act;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Serves the objects of a store to whoever connects to a socket and has no other way to them: what
 * is granted, and nothing else. A connection is good for one request, in words: {@code read},
 * {@code list}, {@code write} or {@code delete}, a space, and the name. It is answered {@code
 * done}, or by a fault; then come the object's bytes, from whoever has them, or what is listed.
 */
public final class ObjectServer implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ObjectServer.class.getName());

  /** More than a keeper's; each has a thread, two buffers and a chunk. */
  private static final int MOST_CONNECTIONS = 16;

  /** Until it was said what is wanted. */
  private static final Duration REQUEST = Duration.ofSeconds(10);

  /** From one chunk to the next: whoever makes or takes them may have to wait for a slow disk. */
  private static final Duration SILENCE = Duration.ofMinutes(10);

  private static final Duration LOOK = Duration.ofSeconds(1);

  private final ContentStore store;
  private final Path socket;
  private final Grant own;
  private final RequestSigner others;
  private final Duration request;
  private final Duration silence;
  private final ServerSocketChannel server;
  private final Set<Talk> talks = ConcurrentHashMap.newKeySet();

  /**
   * Listens at {@code socket}, whose folder must be there; answers nobody before {@link #serve}.
   *
   * @param own what is granted for good
   * @param others is asked about all else, each time; see {@link FolderRequests}
   */
  public ObjectServer(ContentStore store, Path socket, Grant own, RequestSigner others)
      throws IOException {
    this(store, socket, own, others, REQUEST, SILENCE);
  }

  ObjectServer(
      ContentStore store,
      Path socket,
      Grant own,
      RequestSigner others,
      Duration request,
      Duration silence)
      throws IOException {
    this.store = store;
    this.socket = socket;
    this.own = own;
    this.others = others;
    this.request = request;
    this.silence = silence;
    Files.deleteIfExists(socket);
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    // Who may reach it is decided by who has its folder.
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  /**
   * Serves in the calling thread and others, until it is closed.
   *
   * @throws IOException nobody can be heard any more
   */
  public void serve() throws IOException {
    daemon("silence", this::endSilence);
    while (server.isOpen()) {
      SocketChannel channel;
      try {
        channel = server.accept();
      } catch (ClosedChannelException e) {
        return;
      }
      Talk talk = new Talk(new ObjectConnection(channel));
      if (talks.size() < MOST_CONNECTIONS) {
        talks.add(talk);
        daemon("object", talk::run);
      } else {
        talk.refuse();
      }
    }
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void endSilence() {
    try {
      while (server.isOpen()) {
        TimeUnit.MILLISECONDS.sleep(Math.min(LOOK.toMillis(), request.toMillis()));
        talks.stream().filter(Talk::late).forEach(Talk::cut);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** How many connections there are. */
  int connections() {
    return talks.size();
  }

  /** One connection, from the request to its end. */
  private final class Talk {
    private final ObjectConnection line;
    private volatile long until;

    Talk(ObjectConnection line) {
      this.line = line;
      patience(request);
    }

    private void patience(Duration most) {
      until = System.nanoTime() + most.toNanos();
    }

    boolean late() {
      return System.nanoTime() - until > 0;
    }

    void cut() {
      try {
        line.close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "a connection is left", e);
      }
    }

    void refuse() {
      try (line) {
        line.say(
            ObjectConnection.words(
                new ContentStoreFault(Kind.UNAVAILABLE, "too much is asked for at once", null),
                ""));
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "whoever was one too many has gone", e);
      }
    }

    void run() {
      try (line) {
        answer(line.hear());
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "a connection has ended", e);
      } finally {
        talks.remove(this);
      }
    }

    /** Whatever is wrong with what is asked is told; what is wrong with the connection ends it. */
    private void answer(String words) throws IOException {
      int cut = words.indexOf(' ');
      String name = words.substring(cut + 1);
      try {
        Act act = act(words.substring(0, Math.max(0, cut)));
        grant(act, name);
        switch (act) {
          case READ -> read(name);
          case LIST -> list(name);
          case WRITE -> write(name);
          case DELETE -> {
            store.delete(name);
            line.say(ObjectConnection.DONE);
          }
        }
      } catch (ContentStoreFault | MissingContentException e) {
        patience(request);
        line.say(ObjectConnection.words(e, name));
      }
    }

    private Act act(String word) throws ContentStoreFault {
      for (Act act : Act.values()) {
        if (act.name().toLowerCase(Locale.ROOT).equals(word)) {
          return act;
        }
      }
      throw new ContentStoreFault(Kind.REFUSED, "not a request", null);
    }

    private void grant(Act act, String name) throws IOException {
      if (!FolderRequests.valid(act, name)) {
        throw new ContentStoreFault(Kind.REFUSED, "not the name of an object", null);
      }
      patience(silence);
      if (own.covers(act, name)) {
        return;
      }
      try {
        if (!FolderRequests.granted(others.sign(FolderRequests.of(act, name)))) {
          throw new ContentStoreFault(Kind.REFUSED, "the manager does not grant it", null);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
    }

    private void read(String name) throws IOException {
      try (InputStream object = store.read(name)) {
        line.say(ObjectConnection.DONE);
        byte[] chunk = new byte[ObjectConnection.CHUNK];
        for (int length = next(object, chunk, name); length > 0; ) {
          patience(silence);
          line.send(chunk, 0, length);
          length = next(object, chunk, name);
        }
      }
    }

    /** The length of the next chunk; 0: the object's end was said, or why there is no more. */
    private int next(InputStream object, byte[] chunk, String name) throws IOException {
      try {
        int length = object.read(chunk);
        if (length > 0) {
          return length;
        }
      } catch (ContentStoreFault e) {
        line.fail(e, name);
        return 0;
      }
      line.end();
      return 0;
    }

    private void list(String prefix) throws IOException {
      line.add(ObjectConnection.DONE);
      store.list(
          prefix,
          object -> {
            patience(silence);
            line.add(ServedContentStore.words(object));
          });
      line.say(ObjectConnection.DONE);
    }

    private void write(String name) throws IOException {
      try (ContentStore.Upload upload = store.begin(name)) {
        line.say(ObjectConnection.DONE);
        byte[] chunk = new byte[ObjectConnection.CHUNK];
        for (int length = line.receive(chunk, name); length > 0; ) {
          upload.stream().write(chunk, 0, length);
          patience(silence);
          length = line.receive(chunk, name);
        }
        upload.commit();
        line.say(ObjectConnection.DONE);
      }
    }
  }

  /** Ends all connections too; what is being written is dropped. */
  @Override
  public void close() throws IOException {
    server.close();
    talks.forEach(Talk::cut);
    Files.deleteIfExists(socket);
  }
}
