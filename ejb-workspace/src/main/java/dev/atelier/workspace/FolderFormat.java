// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace;

import dev.atelier.workspace.domain.Format;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The file {@code format} of the data folder: one line with its number. */
final class FolderFormat {
  private FolderFormat() {}

  /**
   * Refuses a folder that only a newer version may touch, and gives its number to one without.
   *
   * @throws IllegalStateException it is refused; the message says why, and what to do
   */
  static void settle(Path root) throws IOException {
    Path file = root.resolve(Format.FIELD);
    if (!Files.exists(file)) {
      write(file);
      return;
    }
    String text = Files.readString(file, StandardCharsets.UTF_8).strip();
    if (!text.matches("[0-9]{1,9}")) {
      throw new IllegalStateException(
          "%s should hold the number of the data folder's format, which is %d in this version"
              .formatted(file, Format.DATA_FOLDER.number()));
    }
    Format.DATA_FOLDER
        .refusal("data folder " + root, Long.parseLong(text))
        .ifPresent(
            refusal -> {
              throw new IllegalStateException(refusal);
            });
  }

  /** Whole and on the disk under its name, or not there at all. */
  private static void write(Path file) throws IOException {
    Path half = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            half,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      byte[] text = (Format.DATA_FOLDER.number() + "\n").getBytes(StandardCharsets.US_ASCII);
      channel.write(ByteBuffer.wrap(text));
      channel.force(true);
    }
    Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
