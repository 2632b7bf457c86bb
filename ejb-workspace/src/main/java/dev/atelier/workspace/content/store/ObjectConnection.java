// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.atelier.workspace.content.store.ContentStoreFault.Kind;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;

/**
 * A connection between a {@link ServedContentStore} and an {@link ObjectServer}, of either side's.
 * What is said is words, as UTF-8 behind their length in two bytes, or an object's bytes, as chunks
 * behind their length in four, of which the last is empty. One thread at a time.
 */
final class ObjectConnection implements AutoCloseable {
  /** Most bytes of a chunk. */
  static final int CHUNK = 64 << 10;

  /** It went well. */
  static final String DONE = "done";

  /** In bytes: the longest name, and what is wanted of it. */
  private static final int LONGEST = 1024;

  /** In letters, none of which has more than three bytes. */
  private static final int LONGEST_MESSAGE = 300;

  /** In the place of a chunk's length: words follow, which say why there is no more. */
  private static final int FAILED = -1;

  private static final String MISSING = "missing";
  private static final String REFUSED = "refused ";
  private static final String UNAVAILABLE = "unavailable ";

  private final SocketChannel channel;
  private final DataInputStream in;
  private final DataOutputStream out;

  ObjectConnection(SocketChannel channel) {
    this.channel = channel;
    this.in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), CHUNK));
    this.out =
        new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel), CHUNK));
  }

  /** Says words, which are heard once {@link #say} was called or the buffer is full. */
  void add(String words) throws IOException {
    byte[] bytes = words.getBytes(UTF_8);
    if (bytes.length > LONGEST) {
      throw new IllegalArgumentException("more words than may be said");
    }
    out.writeShort(bytes.length);
    out.write(bytes);
  }

  void say(String words) throws IOException {
    add(words);
    out.flush();
  }

  /**
   * Waits for words.
   *
   * @throws IOException the connection is over, or they are none
   */
  String hear() throws IOException {
    int length = in.readUnsignedShort();
    if (length > LONGEST) {
      throw new IOException("more words than may be said");
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return new String(bytes, UTF_8);
  }

  /** Sends a chunk, from 1 to {@link #CHUNK} bytes. */
  void send(byte[] bytes, int offset, int length) throws IOException {
    out.writeInt(length);
    out.write(bytes, offset, length);
  }

  /** Ends the bytes of an object, of which nothing is missing. */
  void end() throws IOException {
    out.writeInt(0);
    out.flush();
  }

  /** Ends the bytes of an object that could not be read to its end. */
  void fail(IOException why, String name) throws IOException {
    out.writeInt(FAILED);
    say(words(why, name));
  }

  /**
   * Waits for a chunk; answers its length, 0 at the object's end.
   *
   * @param chunk of {@link #CHUNK} bytes
   * @throws IOException the connection is over, or it is none
   */
  int receive(byte[] chunk, String name) throws IOException {
    int length = in.readInt();
    if (length == FAILED) {
      throw fault(hear(), name);
    }
    if (length < 0 || length > CHUNK) {
      throw new IOException("not a chunk");
    }
    in.readFully(chunk, 0, length);
    return length;
  }

  /** Waits until the other side has ended the connection. */
  void awaitEnd() throws IOException {
    channel.shutdownOutput();
    while (in.read() >= 0) {
      // What was said meanwhile is of no use any more.
    }
  }

  /** How a fault is said. */
  static String words(IOException fault, String name) {
    if (fault instanceof MissingContentException) {
      return MISSING;
    }
    String message = String.valueOf(fault.getMessage());
    String cut = message.substring(0, Math.min(LONGEST_MESSAGE, message.length()));
    boolean refused = fault instanceof ContentStoreFault known && known.kind() == Kind.REFUSED;
    return (refused ? REFUSED : UNAVAILABLE) + cut;
  }

  /** The fault that was said. */
  static IOException fault(String words, String name) {
    if (words.equals(MISSING)) {
      return new MissingContentException(name);
    }
    if (words.startsWith(REFUSED)) {
      return new ContentStoreFault(Kind.REFUSED, words.substring(REFUSED.length()), null);
    }
    if (words.startsWith(UNAVAILABLE)) {
      return new ContentStoreFault(Kind.UNAVAILABLE, words.substring(UNAVAILABLE.length()), null);
    }
    return new EOFException("what was said is no answer");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
