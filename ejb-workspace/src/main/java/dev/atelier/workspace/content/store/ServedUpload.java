// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedByInterruptException;

/** An object on its way to the server. */
final class ServedUpload implements ContentStore.Upload {
  private static final Logger LOG = System.getLogger(ServedUpload.class.getName());

  private final ObjectConnection line;
  private final String name;
  private final UploadStream stream;
  private boolean ended;

  ServedUpload(ObjectConnection line, String name) {
    this.line = line;
    this.name = name;
    OutputStream buffered = new BufferedOutputStream(new Chunks(line), ObjectConnection.CHUNK);
    this.stream = new UploadStream(buffered, this::failure);
  }

  /** A server that can write no more says why, and hears no more. */
  private IOException failure(IOException e) {
    ended = true;
    if (e instanceof ClosedByInterruptException) {
      return ServedContentStore.interrupted(e);
    }
    try {
      return ObjectConnection.fault(line.hear(), name);
    } catch (IOException unheard) {
      e.addSuppressed(unheard);
      return ServedContentStore.lost(e);
    }
  }

  @Override
  public OutputStream stream() {
    return stream;
  }

  @Override
  public void commit() throws IOException {
    stream.end();
    ended = true;
    try {
      line.end();
    } catch (IOException e) {
      throw failure(e);
    }
    try {
      ServedContentStore.expect(line, name);
    } catch (IOException e) {
      throw ServedContentStore.lost(e);
    }
  }

  @Override
  public void close() {
    try (line) {
      if (!ended && !Thread.currentThread().isInterrupted()) {
        line.awaitEnd();
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "an upload that was given up", e);
    }
  }

  /** Sends what it is given, a chunk at a time. */
  private static final class Chunks extends OutputStream {
    private final ObjectConnection line;

    private Chunks(ObjectConnection line) {
      this.line = line;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      for (int at = 0; at < length; at += ObjectConnection.CHUNK) {
        line.send(bytes, offset + at, Math.min(ObjectConnection.CHUNK, length - at));
      }
    }
  }
}
