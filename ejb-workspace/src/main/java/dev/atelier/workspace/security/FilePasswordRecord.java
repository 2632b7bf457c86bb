// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import dev.atelier.workspace.domain.WorkspaceFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** A file that its owner alone may read, of the one manager of a data folder. */
public record FilePasswordRecord(Path file) implements PasswordRecord {
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  @Override
  public Optional<String> read() throws WorkspaceFault {
    try {
      return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    } catch (IOException e) {
      throw WorkspaceFault.unavailable("the admin's password cannot be read from " + file, e);
    }
  }

  @Override
  public boolean keep(String hash) throws WorkspaceFault {
    try {
      Path part = Files.createTempFile(file.getParent(), "admin-password", ".part", OWNER_ONLY);
      Files.writeString(part, hash + "\n", StandardCharsets.UTF_8, StandardOpenOption.SYNC);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException e) {
      throw WorkspaceFault.unavailable("the admin's password cannot be kept in " + file, e);
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
