// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * An SSH key as people know it.
 *
 * @param type such as {@code ssh-ed25519}
 * @param fingerprint as ssh-keygen shows it
 * @param comment whose it is; may be empty
 */
public record SshKeyRow(String type, String fingerprint, String comment) {

  /**
   * Reads a key.
   *
   * @param key in OpenSSH's format, as it was accepted
   */
  static SshKeyRow of(String key) {
    String[] parts = key.strip().split("\\s+", 3);
    return new SshKeyRow(
        parts[0], fingerprint(parts.length > 1 ? parts[1] : ""), parts.length > 2 ? parts[2] : "");
  }

  private static String fingerprint(String base64) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(Base64.getDecoder().decode(base64.getBytes(StandardCharsets.US_ASCII)));
      return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
    } catch (IllegalArgumentException e) {
      return "";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
