// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import dev.atelier.workspace.content.NativeCryptography;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;

/** Hands on what is written, counts it and sums it up, chunk by chunk. */
final class ChunkOutput extends OutputStream {
  private final OutputStream to;
  private final int chunkBytes;
  private final MessageDigest digest = NativeCryptography.sha256();
  private final Checksums.Builder checksums = new Checksums.Builder();
  private long bytes;
  private volatile boolean given;
  private volatile IOException fault;

  ChunkOutput(OutputStream to, int chunkBytes) {
    this.to = to;
    this.chunkBytes = chunkBytes;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] data, int from, int length) throws IOException {
    if (given) {
      throw new IOException("the archive was given up");
    }
    try {
      to.write(data, from, length);
    } catch (IOException e) {
      fault = e;
      throw e;
    }
    int done = 0;
    while (done < length) {
      int n = (int) Math.min(length - done, chunkBytes - bytes % chunkBytes);
      digest.update(data, from + done, n);
      done += n;
      bytes += n;
      if (bytes % chunkBytes == 0) {
        checksums.add(digest.digest());
      }
    }
  }

  @Override
  public void flush() {
    // Whoever keeps the archive decides when it is to be on the disk.
  }

  /** From now on nothing is handed on. */
  void giveUp() {
    given = true;
  }

  /** Why the target took no more, or null. */
  IOException fault() {
    return fault;
  }

  long bytes() {
    return bytes;
  }

  /** The sums of all chunks, the last one included; nothing may be written any more. */
  Checksums checksums() {
    if (bytes % chunkBytes != 0) {
      checksums.add(digest.digest());
    }
    given = true;
    return checksums.build();
  }
}
