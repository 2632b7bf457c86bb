// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;

/**
 * Reads a stream before somebody asks for it, 1 MiB ahead at most: a pipe holds so little that who
 * writes into it and who reads from it would else take turns instead of working side by side.
 *
 * <p>For one reader. Closing it ends its thread once the read that is under way returns; the stream
 * itself stays open.
 */
final class ReadAhead extends InputStream {
  private static final int BUFFERS = 16;
  private static final int BUFFER = 64 * 1024;

  /** What was read: bytes of a buffer, the end, or why there is no more. */
  private static final class Read {
    private static final Read NOTHING = new Read(new byte[0], 0, null);

    private final byte[] buffer;
    private final int length;
    private final IOException fault;

    private Read(byte[] buffer, int length, IOException fault) {
      this.buffer = buffer;
      this.length = length;
      this.fault = fault;
    }
  }

  private final InputStream from;
  private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(BUFFERS);
  private final BlockingQueue<Read> full = new ArrayBlockingQueue<>(BUFFERS + 1);
  private final Thread thread;
  private Read current = Read.NOTHING;
  private int at;

  /** Begins to read; the one thread that is made ends with this. */
  ReadAhead(InputStream from, ThreadFactory threads) {
    this.from = from;
    for (int i = 0; i < BUFFERS; i++) {
      free.add(new byte[BUFFER]);
    }
    thread = threads.newThread(this::fill);
    thread.start();
  }

  private void fill() {
    try {
      int length;
      do {
        byte[] buffer = free.take();
        length = from.read(buffer, 0, BUFFER);
        full.put(new Read(buffer, length, null));
      } while (length >= 0);
    } catch (IOException e) {
      full.add(new Read(null, -1, e)); // There is a place more than there are buffers.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Nobody reads any more.
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (at == current.length) {
      next();
    }
    if (current.fault != null) {
      throw new IOException(current.fault.getMessage(), current.fault);
    }
    if (current.length < 0) {
      return -1;
    }
    int n = Math.min(length, current.length - at);
    System.arraycopy(current.buffer, at, into, offset, n);
    at += n;
    return n;
  }

  private void next() throws IOException {
    try {
      if (current.length > 0) {
        free.add(current.buffer);
      }
      current = full.take();
      at = 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("given up").initCause(e);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
