// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.WorkspaceFault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/** Keeps the end of maintenance in a file that holds one RFC 3339 time, or does not exist. */
public final class FileMaintenanceRecord implements MaintenanceRecord {
  private final Path file;

  /** Keeps it in this file. */
  public FileMaintenanceRecord(Path file) {
    this.file = file;
  }

  @Override
  public Optional<Instant> read() throws WorkspaceFault {
    try {
      return Files.exists(file)
          ? Optional.of(Instant.parse(Files.readString(file).strip()))
          : Optional.empty();
    } catch (IOException | DateTimeException e) {
      throw WorkspaceFault.unavailable(
          file + " should hold a time such as 2030-01-31T12:00:00Z; remove it to end maintenance",
          e);
    }
  }

  @Override
  public void write(Optional<Instant> until) throws WorkspaceFault {
    try {
      if (until.isEmpty()) {
        Files.deleteIfExists(file);
        return;
      }
      Path beside = file.resolveSibling(file.getFileName() + ".new");
      try (FileChannel channel =
          FileChannel.open(
              beside,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        channel.write(ByteBuffer.wrap(until.get().toString().getBytes(StandardCharsets.UTF_8)));
        channel.force(true);
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw WorkspaceFault.unavailable("maintenance could not be kept in " + file, e);
    }
  }
}
