// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import static dev.atelier.workspace.content.archive.TarHeader.BLOCK;

/**
 * The map that precedes the data of a sparse file, as decimal numbers on lines of their own: how
 * many pieces, then offset and length of each. Followed without keeping it.
 */
final class SparseMap {
  /** The shortest lines of one piece. */
  private static final int LEAST_PIECE = 4;

  private final long entrySize;
  private final long fileSize;
  private long expected = -1;
  private long numbers;
  private long value;
  private int digits;
  private long offset;
  private long end;
  private long data;

  /**
   * A map that was not read yet.
   *
   * @param entrySize of map and data
   * @param fileSize of the file with its holes
   */
  SparseMap(long entrySize, long fileSize) {
    this.entrySize = entrySize;
    this.fileSize = fileSize;
  }

  /** Whether every piece was told. */
  boolean complete() {
    return numbers == expected;
  }

  void take(byte[] block) throws Refused {
    int i = 0;
    while (i < BLOCK && !complete()) {
      byte b = block[i++];
      if (b == '\n' && digits > 0) {
        number();
        value = 0;
        digits = 0;
      } else if (b >= '0' && b <= '9' && ++digits <= 18) {
        value = value * 10 + b - '0';
      } else {
        throw Refused.hostile("a map of a sparse file that is none");
      }
    }
    if (!TarHeader.zeros(block, i, BLOCK)) {
      throw Refused.hostile("something behind the map of a sparse file");
    }
  }

  private void number() throws Refused {
    if (expected < 0) {
      if (value > entrySize / LEAST_PIECE) {
        throw Refused.hostile("a map of a sparse file that cannot be");
      }
      expected = 2 * value;
      return;
    }
    if (numbers++ % 2 == 0) {
      offset = value;
      return;
    }
    if (offset < end || offset > fileSize || value > fileSize - offset) {
      throw Refused.hostile("a map of a sparse file that contradicts itself");
    }
    end = offset + value;
    data += value;
  }

  /** Holds the length of the data to the map. */
  void end(long left) throws Refused {
    if (left != data) {
      throw Refused.hostile("a sparse file with more or less than its map says");
    }
  }
}
