// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/** The file {@code secrets.key} of the data folder: random bytes that only its owner may read. */
final class SecretKeyFile {
  static final String NAME = "secrets.key";

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private SecretKeyFile() {}

  /** The cipher of the key in the file, which is made when it is not there. */
  static SecretCipher cipher(DataFolder folder) {
    Path file = folder.root().resolve(NAME);
    try {
      if (!Files.exists(file)) {
        make(file);
      }
      Files.setPosixFilePermissions(file, OWNER_ONLY);
      byte[] key = Files.readAllBytes(file);
      if (key.length != SecretCipher.KEY_BYTES) {
        throw new IllegalStateException(
            file + " is damaged: it has " + key.length + " bytes, a key has 32");
      }
      return new SecretCipher(key);
    } catch (IOException e) {
      throw new UncheckedIOException("the key file " + file + " cannot be used: " + e, e);
    }
  }

  /** Whole and on the disk under its name, or not there at all. */
  private static void make(Path file) throws IOException {
    byte[] key = new byte[SecretCipher.KEY_BYTES];
    new SecureRandom().nextBytes(key);
    Path half = file.resolveSibling(NAME + ".new");
    Files.deleteIfExists(half);
    try (FileChannel channel =
        FileChannel.open(
            half,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      channel.write(ByteBuffer.wrap(key));
      channel.force(true);
    }
    Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }
}
