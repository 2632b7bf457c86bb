// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import static dev.atelier.workspace.content.archive.TarHeader.BLOCK;

import dev.atelier.workspace.content.archive.UnusableArchive.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Hands a tar on, entry by entry, and stops before the first byte that an archive of ours would not
 * have. The same rules hold for what is packed: nothing is kept that could not be restored.
 */
final class TarCopy {
  /** Tar ends at a multiple of this. */
  private static final int RECORD = Tar.BLOCKS * BLOCK;

  private static final int LINK_LENGTH = 4095;
  private static final int BUFFER = 128 * 1024;

  /** What to hold an archive to. */
  record Bounds(long contentBytes, long entries) {}

  private final InputStream from;
  private final OutputStream to;
  private final Bounds bounds;
  private final boolean packing;
  private final byte[] block = new byte[BLOCK];
  private final byte[] buffer = new byte[BUFFER];
  private final EntryOrder order = new EntryOrder();
  private final LongPaths longPaths = new LongPaths();
  private long bytes;
  private long handedOn;
  private long contentBytes;
  private long entries;
  private long devices;

  /**
   * Copies from one stream to another, neither of which it closes.
   *
   * @param packing leaves devices out instead of refusing them, and long paths as they are
   */
  TarCopy(InputStream from, OutputStream to, Bounds bounds, boolean packing) {
    this.from = from;
    this.to = to;
    this.bounds = bounds;
    this.packing = packing;
  }

  /** Bytes that were handed on. */
  long handedOn() {
    return handedOn;
  }

  /** Bytes of files and their attributes among them. */
  long contentBytes() {
    return contentBytes;
  }

  /** Files, folders and links that were handed on. */
  long entries() {
    return entries;
  }

  /** Devices that were left out. */
  long devices() {
    return devices;
  }

  /** What was not unpacked at its place. */
  LongPaths longPaths() {
    return longPaths;
  }

  /** Copies up to the end. */
  void run() throws IOException {
    readBlock();
    for (TarHeader header = TarHeader.parse(block);
        header != null;
        header = TarHeader.parse(block)) {
      byte[] first = block.clone();
      if (header.type() == 'x') {
        byte[] data = records(header);
        readBlock();
        TarHeader own = TarHeader.parse(block);
        if (own == null) {
          throw Refused.hostile("records without an entry");
        }
        entry(own, PaxRecords.parse(trimmed(data, header.size())), first, data);
      } else {
        entry(header, PaxRecords.NONE, first, null);
      }
      readBlock();
    }
    end();
  }

  private byte[] records(TarHeader header) throws IOException {
    if (header.size() == 0 || header.size() > PaxRecords.MOST_BYTES) {
      throw Refused.hostile("records of " + header.size() + " bytes");
    }
    byte[] data = new byte[(int) padded(header.size())];
    read(data, data.length);
    if (!TarHeader.zeros(data, (int) header.size(), data.length)) {
      throw Refused.hostile("something behind records");
    }
    return data;
  }

  private static byte[] trimmed(byte[] data, long length) {
    return Arrays.copyOf(data, (int) length);
  }

  private void entry(TarHeader header, PaxRecords records, byte[] first, byte[] data)
      throws IOException {
    if (packing && (header.type() == '3' || header.type() == '4')) {
      if (header.size() != 0) {
        throw Refused.hostile("a device with content");
      }
      devices++;
      return;
    }
    byte[] whole = records.name(header);
    EntryName name = EntryName.parse(whole);
    long size = records.size(header);
    kind(header, records, name, size);
    order.next(name, name.folder());
    count(size + records.attributeBytes());
    byte[] place = longPaths.place(whole, name);
    byte[] target = header.type() == '1' ? records.link(header) : null;
    byte[] targetPlace = target == null ? null : hardLink(target);
    if (packing || (place == whole && targetPlace == target)) {
      if (data != null) {
        put(first, BLOCK);
        put(data, data.length);
      }
    } else {
      byte[] renamed = records.renamed(place, targetPlace).bytes();
      put(TarHeader.resized(first, renamed.length), BLOCK);
      put(Arrays.copyOf(renamed, (int) padded(renamed.length)), (int) padded(renamed.length));
    }
    put(block, BLOCK);
    content(records, size);
  }

  private static void kind(TarHeader header, PaxRecords records, EntryName name, long size)
      throws Refused {
    char type = header.type();
    boolean file = type == '0';
    boolean link = type == '1' || type == '2';
    if (!file && !link && type != '5' && type != '6') {
      throw Refused.hostile(
          "an entry of a kind that is never packed ("
              + EntryName.shown(new byte[] {(byte) type})
              + "): "
              + EntryName.shown(records.name(header)));
    }
    if (name.folder() != (type == '5')) {
      throw Refused.hostile("a name of another kind: " + EntryName.shown(records.name(header)));
    }
    if (!file && (size != 0 || records.sparse())) {
      throw Refused.hostile("content where none can be");
    }
    int length = records.link(header).length;
    boolean tooLong = type == '2' && length > LINK_LENGTH;
    if (link ? length == 0 || tooLong : length != 0) {
      throw Refused.hostile("a link that leads nowhere, or is none");
    }
    if (contains(records.link(header), (byte) 0)) {
      throw Refused.hostile("a link with a NUL");
    }
  }

  private static boolean contains(byte[] bytes, byte wanted) {
    for (byte b : bytes) {
      if (b == wanted) {
        return true;
      }
    }
    return false;
  }

  private byte[] hardLink(byte[] target) throws Refused {
    EntryName name = EntryName.parse(target);
    if (name.folder() || !order.before(name)) {
      throw Refused.hostile("a link to what did not come before: " + EntryName.shown(target));
    }
    return longPaths.place(target);
  }

  private void count(long size) throws Refused {
    if (++entries > bounds.entries()) {
      throw new Refused(
          Reason.TOO_LARGE, "the archive has more than " + bounds.entries() + " files and folders");
    }
    // Before it is read: a size that lies comes to light at the end of its data, at the latest.
    if (size > bounds.contentBytes() - contentBytes) {
      throw new Refused(
          Reason.TOO_LARGE, "the archive has more than " + bounds.contentBytes() + " bytes");
    }
    contentBytes += size;
  }

  private void content(PaxRecords records, long size) throws IOException {
    long left = size;
    if (records.sparse()) {
      SparseMap map = new SparseMap(size, records.sparseSize());
      while (!map.complete()) {
        if (left < BLOCK) {
          throw Refused.hostile("a sparse file without its map");
        }
        readBlock();
        map.take(block);
        put(block, BLOCK);
        left -= BLOCK;
      }
      map.end(left);
    }
    long padding = padded(size) - size;
    while (left > 0) {
      int n = from.read(buffer, 0, (int) Math.min(BUFFER, left));
      if (n < 0) {
        throw torn();
      }
      bytes += n;
      put(buffer, n);
      left -= n;
    }
    read(block, (int) padding);
    if (!TarHeader.zeros(block, 0, (int) padding)) {
      throw Refused.hostile("something behind a file");
    }
    put(block, (int) padding);
  }

  /** One block of zeros was read; up to the end there must be nothing else. */
  private void end() throws IOException {
    if (entries == 0) {
      throw Refused.hostile("there is nothing in it");
    }
    readBlock();
    if (!TarHeader.zeros(block, 0, BLOCK)) {
      throw Refused.hostile("something behind its end");
    }
    while (bytes % RECORD != 0) {
      readBlock();
      if (!TarHeader.zeros(block, 0, BLOCK)) {
        throw Refused.hostile("something behind its end");
      }
    }
    if (from.read() >= 0) {
      throw Refused.hostile("something behind its end");
    }
    put(new byte[2 * BLOCK], 2 * BLOCK);
    while (handedOn % RECORD != 0) {
      put(new byte[BLOCK], BLOCK);
    }
    to.flush();
  }

  private void readBlock() throws IOException {
    read(block, BLOCK);
  }

  private void read(byte[] into, int length) throws IOException {
    if (from.readNBytes(into, 0, length) < length) {
      throw torn();
    }
    bytes += length;
  }

  private void put(byte[] data, int length) throws IOException {
    to.write(data, 0, length);
    handedOn += length;
  }

  private static Refused torn() {
    return new Refused(Reason.DAMAGED, "the archive ends before its end");
  }

  private static long padded(long size) {
    return (size + BLOCK - 1) / BLOCK * BLOCK;
  }
}
