package dev.atelier.workspace.security;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Consumer;

/** The password of the one admin of a manager that was told of no users. Its hash alone is kept. */
final class FirstPassword {
  static final String USER = "admin";

  /** 144 random bits. */
  private static final int BYTES = 18;

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private FirstPassword() {}

  /**
   * Its hash: the one that is kept, else that of a new one.
   *
   * @param file where the hash is kept
   * @param tell told of a new password, once
   */
  static PasswordHash in(Path file, Consumer<String> tell) {
    try {
      if (Files.exists(file)) {
        return PasswordHash.parse(Files.readString(file).strip())
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        file
                            + " holds no hash of a password: delete it, and the next start makes a"
                            + " new password"));
      }
      byte[] random = new byte[BYTES];
      new SecureRandom().nextBytes(random);
      String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
      PasswordHash hash = PasswordHash.ofRandom(password);
      Path part = Files.createTempFile(file.getParent(), "admin-password", ".part", OWNER_ONLY);
      Files.writeString(part, hash + "\n", StandardCharsets.UTF_8, StandardOpenOption.SYNC);
      tell.accept(password);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      return hash;
    } catch (IOException e) {
      throw new UncheckedIOException("the admin's password cannot be kept in " + file, e);
    }
  }
}
