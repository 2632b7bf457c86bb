// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import dev.atelier.workspace.content.NativeCryptography;
import dev.atelier.workspace.content.archive.UnusableArchive.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;

/**
 * What is known of an archive once it is whole. Kept beside it, as text, it tells later whether the
 * bytes are still the same.
 *
 * @param compressedBytes its length
 * @param uncompressedBytes the length of the tar inside
 * @param contentBytes the bytes of all files in it; holes of sparse files do not count
 * @param entries files, folders and links, the workspace folder itself included
 * @param deep whether it has paths that no system call takes
 * @param chunkBytes the length of each chunk but the last
 * @param checksums of the compressed chunks
 * @param notes what it has not
 */
public record Archive(
    long compressedBytes,
    long uncompressedBytes,
    long contentBytes,
    long entries,
    boolean deep,
    int chunkBytes,
    Checksums checksums,
    Notes notes) {
  /** The most that is held back until its checksum is known. */
  static final int MOST_CHUNK_BYTES = 16 << 20;

  private static final String FORMAT = "atelier-archive 1";

  /** Refuses numbers that do not fit together. */
  public Archive {
    if (compressedBytes < 1 || uncompressedBytes < 1 || contentBytes < 0 || entries < 1) {
      throw new IllegalArgumentException("sizes of an archive must be positive");
    }
    if (chunkBytes < 1 || chunkBytes > MOST_CHUNK_BYTES) {
      throw new IllegalArgumentException("chunks must have 1 byte to " + MOST_CHUNK_BYTES);
    }
    if (checksums.size() != (compressedBytes - 1) / chunkBytes + 1) {
      throw new IllegalArgumentException("there must be one checksum for each chunk");
    }
  }

  /** The length of the chunk with that index. */
  int chunkLength(int index) {
    return (int) Math.min(chunkBytes, compressedBytes - (long) index * chunkBytes);
  }

  /** Everything as lines of ASCII, the last of which tells whether the others are the same. */
  public String text() {
    StringBuilder text = new StringBuilder(FORMAT).append('\n');
    line(text, "compressed", compressedBytes);
    line(text, "uncompressed", uncompressedBytes);
    line(text, "content", contentBytes);
    line(text, "entries", entries);
    line(text, "deep", deep ? 1 : 0);
    line(text, "chunk", chunkBytes);
    line(text, "skipped", notes.skipped());
    line(text, "changed", notes.changed());
    line(text, "unreadable", notes.unreadable());
    line(text, "notes", notes.lines().size());
    notes.lines().forEach(note -> text.append(note).append('\n'));
    for (int i = 0; i < checksums.size(); i++) {
      text.append(checksums.hex(i)).append('\n');
    }
    String sum = sum(text);
    return text.append("sum ").append(sum).append('\n').toString();
  }

  private static void line(StringBuilder text, String name, long value) {
    text.append(name).append(' ').append(value).append('\n');
  }

  private static String sum(CharSequence text) {
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(NativeCryptography.sha256().digest(bytes));
  }

  /**
   * Reads {@link #text()} back.
   *
   * @throws UnusableArchive when it is anything else
   */
  public static Archive parse(String text) throws UnusableArchive {
    int sum = text.lastIndexOf("sum ");
    if (sum < 0 || !text.substring(sum).equals("sum " + sum(text.substring(0, sum)) + "\n")) {
      throw new UnusableArchive(
          Reason.DAMAGED, "the description of the archive is not as it was written");
    }
    try {
      Iterator<String> lines = text.substring(0, sum).lines().iterator();
      if (!lines.next().equals(FORMAT)) {
        throw new IllegalArgumentException("another format");
      }
      long compressed = number(lines, "compressed");
      long uncompressed = number(lines, "uncompressed");
      long content = number(lines, "content");
      long entries = number(lines, "entries");
      boolean deep = number(lines, "deep") != 0;
      int chunk = Math.toIntExact(number(lines, "chunk"));
      Notes notes = notes(lines);
      Checksums.Builder checksums = new Checksums.Builder();
      lines.forEachRemaining(line -> checksums.add(HexFormat.of().parseHex(line)));
      return new Archive(
          compressed, uncompressed, content, entries, deep, chunk, checksums.build(), notes);
    } catch (RuntimeException e) {
      throw new UnusableArchive(
          Reason.DAMAGED, "the description of the archive makes no sense: " + e.getMessage(), e);
    }
  }

  private static Notes notes(Iterator<String> lines) {
    long skipped = number(lines, "skipped");
    long changed = number(lines, "changed");
    long unreadable = number(lines, "unreadable");
    List<String> words = new ArrayList<>();
    for (long left = number(lines, "notes"); left > 0; left--) {
      words.add(lines.next());
    }
    return new Notes(skipped, changed, unreadable, words);
  }

  private static long number(Iterator<String> lines, String name) {
    String line = lines.next();
    if (!line.startsWith(name + " ")) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return Long.parseLong(line.substring(name.length() + 1));
  }
}
