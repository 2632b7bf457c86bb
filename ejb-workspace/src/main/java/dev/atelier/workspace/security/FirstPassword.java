// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import dev.atelier.workspace.domain.WorkspaceFault;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Consumer;

/** The password of the one admin of managers that were told of no users. Its hash alone is kept. */
final class FirstPassword {
  static final String USER = "admin";

  /** 144 random bits. */
  private static final int BYTES = 18;

  private FirstPassword() {}

  /**
   * Its hash: the one that is kept, else that of a new one.
   *
   * @param tell told of a new password, once
   * @throws IllegalStateException what is kept is no hash
   * @throws WorkspaceFault UNAVAILABLE: it can be neither read nor kept
   */
  static PasswordHash in(PasswordRecord record, Consumer<String> tell) throws WorkspaceFault {
    Optional<String> kept = record.read();
    if (kept.isEmpty()) {
      byte[] random = new byte[BYTES];
      new SecureRandom().nextBytes(random);
      String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
      PasswordHash hash = PasswordHash.ofRandom(password);
      if (record.keep(hash.toString())) {
        tell.accept(password);
        return hash;
      }
      kept = record.read();
    }
    return kept.flatMap(PasswordHash::parse)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    record
                        + " holds no hash of a password: delete it, and the next start makes a new"
                        + " password"));
  }
}
