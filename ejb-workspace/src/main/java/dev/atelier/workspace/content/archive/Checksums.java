// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/** SHA-256 sums of the chunks of an archive, in order: 32 bytes each, for there may be many. */
public final class Checksums {
  private static final int LENGTH = 32;

  private final byte[] sums;

  private Checksums(byte[] sums) {
    this.sums = sums;
  }

  /** How many chunks. */
  public int size() {
    return sums.length / LENGTH;
  }

  /** In hexadecimal digits, of the chunk with that index. */
  public String hex(int index) {
    return HexFormat.of().formatHex(sums, index * LENGTH, (index + 1) * LENGTH);
  }

  boolean matches(int index, byte[] sum) {
    return MessageDigest.isEqual(
        sum, Arrays.copyOfRange(sums, index * LENGTH, (index + 1) * LENGTH));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Checksums checksums && Arrays.equals(sums, checksums.sums);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sums);
  }

  @Override
  public String toString() {
    return size() + " checksums";
  }

  /** Takes one sum after the other. */
  static final class Builder {
    private final ByteArrayOutputStream sums = new ByteArrayOutputStream();

    void add(byte[] sum) {
      if (sum.length != LENGTH) {
        throw new IllegalArgumentException("not a SHA-256 sum");
      }
      sums.writeBytes(sum);
    }

    Checksums build() {
      return new Checksums(sums.toByteArray());
    }
  }
}
