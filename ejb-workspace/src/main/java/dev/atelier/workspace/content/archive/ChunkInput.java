// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import dev.atelier.workspace.content.NativeCryptography;
import dev.atelier.workspace.content.archive.UnusableArchive.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** Gives out the bytes of an archive, each chunk once its checksum was found right. */
final class ChunkInput extends InputStream {
  private final InputStream from;
  private final Archive expected;
  private final MessageDigest digest = NativeCryptography.sha256();
  private final byte[] chunk;
  private int next;
  private int length;
  private int at;
  private volatile IOException fault;

  ChunkInput(InputStream from, Archive expected) {
    this.from = from;
    this.expected = expected;
    this.chunk = new byte[(int) Math.min(expected.chunkBytes(), expected.compressedBytes())];
  }

  @Override
  public int read() throws IOException {
    return filled() ? chunk[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int wanted) throws IOException {
    if (wanted == 0) {
      return 0;
    }
    if (!filled()) {
      return -1;
    }
    int n = Math.min(wanted, length - at);
    System.arraycopy(chunk, at, into, offset, n);
    at += n;
    return n;
  }

  /** Why the source gave no more, or null. */
  IOException fault() {
    return fault;
  }

  private boolean filled() throws IOException {
    if (at < length) {
      return true;
    }
    length = 0;
    at = 0;
    if (next == expected.checksums().size()) {
      if (source(new byte[1], 1) > 0) {
        throw new Refused(Reason.DAMAGED, "the archive is longer than it was");
      }
      return false;
    }
    int wanted = expected.chunkLength(next);
    if (source(chunk, wanted) < wanted) {
      throw new Refused(Reason.DAMAGED, "the archive is shorter than it was");
    }
    digest.update(chunk, 0, wanted);
    if (!expected.checksums().matches(next++, digest.digest())) {
      throw new Refused(Reason.DAMAGED, "the archive has not the bytes that it had");
    }
    length = wanted;
    at = 0;
    return true;
  }

  private int source(byte[] into, int wanted) throws IOException {
    try {
      return from.readNBytes(into, 0, wanted);
    } catch (IOException e) {
      fault = e;
      throw e;
    }
  }
}
