// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.EnvironmentVariable.SecretKey;
import dev.atelier.workspace.runtime.SecretLookup;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Secrets as files: {@code <folder>/<secret name>/<key>}. One line end at the end of a file does
 * not count.
 *
 * @param folder none: there are no secrets
 */
record FileSecrets(Optional<Path> folder) implements SecretLookup {
  private static final Logger LOG = System.getLogger(FileSecrets.class.getName());

  /** What Kubernetes takes as a secret; how much of it a variable holds is not for this to say. */
  private static final long MAX_BYTES = 1 << 20;

  @Override
  public Optional<String> find(SecretKey key) {
    if (folder.isEmpty() || !key.named() || !key.keyed()) {
      return Optional.empty();
    }
    Path file = folder.get().resolve(key.secretName()).resolve(key.key());
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
        return Optional.empty();
      }
      String value = Files.readString(file, StandardCharsets.UTF_8);
      return Optional.of(value.endsWith("\n") ? value.substring(0, value.length() - 1) : value);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "secret file " + file + " cannot be read: " + e);
      return Optional.empty();
    }
  }
}
