// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import dev.atelier.workspace.domain.WorkspaceFault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The token that a manager made which was told of no programs, for whoever may read its file.
 *
 * @param file in the data folder; its owner alone may read it
 */
public record FirstToken(Path file) {
  /** Whom it makes of a caller. */
  public static final Identity HOLDER = new Identity("first-token", Scope.ADMIN);

  private static final int BYTES = 32;
  private static final int LENGTH = 43;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final FileAttribute<?> MODE = PosixFilePermissions.asFileAttribute(OWNER_ONLY);

  /**
   * The token that is kept, else a new one, which is durable then.
   *
   * @param tell told of a new one, once
   * @throws IllegalStateException what is kept is no token
   * @throws WorkspaceFault UNAVAILABLE: it can be neither read nor kept
   */
  public String value(Consumer<String> tell) throws WorkspaceFault {
    try {
      Optional<String> kept = kept();
      if (kept.isPresent()) {
        return kept.get();
      }
      byte[] random = new byte[BYTES];
      new SecureRandom().nextBytes(random);
      String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
      Path part = Files.createTempFile(file.getParent(), file.getFileName().toString(), "", MODE);
      Files.writeString(part, token + "\n", StandardCharsets.US_ASCII, StandardOpenOption.SYNC);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      tell.accept(token);
      return token;
    } catch (IOException e) {
      throw WorkspaceFault.unavailable("the token of gRPC cannot be read or kept in " + file, e);
    }
  }

  private Optional<String> kept() throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw unusable();
    }
    Files.setPosixFilePermissions(file, OWNER_ONLY);
    try (InputStream in = Files.newInputStream(file)) {
      String text = new String(in.readNBytes(LENGTH + 2), StandardCharsets.US_ASCII).strip();
      if (!text.matches("[A-Za-z0-9_-]{" + LENGTH + "}")) {
        throw unusable();
      }
      return Optional.of(text);
    }
  }

  private IllegalStateException unusable() {
    return new IllegalStateException(
        file + " holds no token: delete it, and the next start makes a new one");
  }
}
