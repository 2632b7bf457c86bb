// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import com.github.luben.zstd.Zstd;
import dev.atelier.workspace.content.archive.UnusableArchive.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * Any bytes, with a description that fits: what one could put into a store that may write there.
 */
final class Forged {
  private final byte[] bytes;
  private final Archive description;

  private Forged(byte[] bytes, Archive description) {
    this.bytes = bytes;
    this.description = description;
  }

  byte[] bytes() {
    return bytes;
  }

  Archive description() {
    return description;
  }

  /** Around a tar. */
  static Forged tar(byte[] tar, long contentBytes, long entries) throws IOException {
    return bytes(Zstd.compress(tar), tar.length, contentBytes, entries);
  }

  static Forged bytes(byte[] bytes, long uncompressedBytes, long contentBytes, long entries)
      throws IOException {
    ChunkOutput chunks = new ChunkOutput(new ByteArrayOutputStream(), 1 << 20);
    chunks.write(bytes, 0, bytes.length);
    return new Forged(
        bytes,
        new Archive(
            bytes.length,
            uncompressedBytes,
            contentBytes,
            entries,
            false,
            1 << 20,
            chunks.checksums(),
            Notes.NONE));
  }

  /** What {@code Reason} a fault must have. */
  static boolean has(Throwable fault, Reason reason) {
    return fault instanceof UnusableArchive unusable && unusable.reason() == reason;
  }
}
