// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * One header block, as GNU tar writes it in POSIX format. Anything that it would write otherwise is
 * refused: two readers must not come to two opinions of an archive.
 */
final class TarHeader {
  static final int BLOCK = 512;

  private static final int CHECKSUM = 148;
  private static final int CHECKSUM_LENGTH = 8;
  private static final long LOW_BYTES = 0x00ff_00ff_00ff_00ffL;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final byte[] ZEROS = new byte[BLOCK];
  private static final byte[] MAGIC = {'u', 's', 't', 'a', 'r', 0, '0', '0'};

  private final byte[] name;
  private final long size;
  private final char type;
  private final byte[] link;

  private TarHeader(byte[] name, long size, char type, byte[] link) {
    this.name = name;
    this.size = size;
    this.type = type;
    this.link = link;
  }

  /** The name of the entry; records may replace it. */
  byte[] name() {
    return name;
  }

  /** Of the data that follows; records may replace it. */
  long size() {
    return size;
  }

  /** {@code x} for records of the next header, else what the entry is. */
  char type() {
    return type;
  }

  /** What it links to; records may replace it. */
  byte[] link() {
    return link;
  }

  /** The header in a block, or null when the block has zeros alone. */
  static TarHeader parse(byte[] block) throws Refused {
    if (zeros(block, 0, BLOCK)) {
      return null;
    }
    if (checksum(block) != octal(block, CHECKSUM, CHECKSUM_LENGTH - 1)
        || block[CHECKSUM + CHECKSUM_LENGTH - 1] != ' ') {
      throw Refused.hostile("a header with a wrong checksum");
    }
    char type = (char) (block[156] & 0xff);
    if (!Arrays.equals(block, 257, 265, MAGIC, 0, MAGIC.length)) {
      throw Refused.hostile("a header in another format");
    }
    // User and group are always 0 and nameless, and the last bytes belong to nothing.
    if (octal(block, 108, 8) != 0
        || octal(block, 116, 8) != 0
        || !zeros(block, 265, 329)
        || !zeros(block, 500, BLOCK)) {
      throw Refused.hostile("a header that names an owner");
    }
    if (type != '3' && type != '4' && (device(block, 329) != 0 || device(block, 337) != 0)) {
      throw Refused.hostile("a header that names a device");
    }
    long mode = octal(block, 100, 8);
    if (mode > 07777) {
      throw Refused.hostile("a header with unknown permissions");
    }
    octal(block, 136, 12);
    return new TarHeader(name(block), octal(block, 124, 12), type, text(block, 157, 257));
  }

  private static byte[] name(byte[] block) throws Refused {
    byte[] name = text(block, 0, 100);
    byte[] prefix = text(block, 345, 500);
    if (prefix.length == 0) {
      return name;
    }
    byte[] whole = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
    whole[prefix.length] = '/';
    System.arraycopy(name, 0, whole, prefix.length + 1, name.length);
    return whole;
  }

  private static byte[] text(byte[] block, int from, int to) throws Refused {
    int end = from;
    while (end < to && block[end] != 0) {
      end++;
    }
    if (!zeros(block, end, to)) {
      throw Refused.hostile("a header with something behind a name");
    }
    return Arrays.copyOfRange(block, from, end);
  }

  private static long device(byte[] block, int at) throws Refused {
    return zeros(block, at, at + 8) ? 0 : octal(block, at, 8);
  }

  /** Octal digits over the whole field, and a NUL. */
  private static long octal(byte[] block, int at, int length) throws Refused {
    long value = 0;
    for (int i = at; i < at + length - 1; i++) {
      if (block[i] < '0' || block[i] > '7') {
        throw Refused.hostile("a header with a number that is none");
      }
      value = value * 8 + block[i] - '0';
    }
    if (block[at + length - 1] != 0) {
      throw Refused.hostile("a header with a number that does not end");
    }
    return value;
  }

  /** The sum of all bytes, its own field taken for spaces; eight bytes at a time. */
  private static int checksum(byte[] block) {
    long sums = 0;
    for (int i = 0; i < BLOCK; i += Long.BYTES) {
      long bytes = (long) LONGS.get(block, i);
      // Four sums of 16 bits each: 128 bytes add up to 32,640 in each at most.
      sums += (bytes & LOW_BYTES) + (bytes >>> 8 & LOW_BYTES);
    }
    int sum = 0;
    for (int shift = 0; shift < Long.SIZE; shift += Short.SIZE) {
      sum += (int) (sums >>> shift) & 0xffff;
    }
    for (int i = CHECKSUM; i < CHECKSUM + CHECKSUM_LENGTH; i++) {
      sum += ' ' - (block[i] & 0xff);
    }
    return sum;
  }

  /** The same block with another size. */
  static byte[] resized(byte[] block, int size) {
    byte[] resized = block.clone();
    write(resized, 124, String.format(Locale.ROOT, "%011o\0", size));
    write(resized, CHECKSUM, String.format(Locale.ROOT, "%06o\0 ", checksum(resized)));
    return resized;
  }

  private static void write(byte[] block, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }

  static boolean zeros(byte[] bytes, int from, int to) {
    return Arrays.equals(bytes, from, to, ZEROS, 0, to - from);
  }
}
