// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts what is kept of an instance's secrets: AES-256-GCM, bound to the instance and to the
 * purpose, so that a text moved to another row or column is refused.
 */
final class SecretCipher {
  static final int KEY_BYTES = 32;

  /** First byte of a text: how it is encrypted. */
  private static final byte FORMAT = 1;

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final String ALGORITHM = "AES/GCM/NoPadding";

  private final SecureRandom random = new SecureRandom();
  private final SecretKeySpec key;
  private final String fingerprint;

  /**
   * A cipher with a key of {@value #KEY_BYTES} random bytes.
   *
   * @param key copied
   */
  SecretCipher(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("a key has " + KEY_BYTES + " bytes, not " + key.length);
    }
    this.key = new SecretKeySpec(key, "AES");
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update("atelier secrets key".getBytes(StandardCharsets.US_ASCII));
      this.fingerprint = HexFormat.of().formatHex(digest.digest(key));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** A digest that tells keys apart and gives nothing away: the key is random. */
  String fingerprint() {
    return fingerprint;
  }

  byte[] encrypt(String purpose, String id, byte[] plain) {
    try {
      byte[] nonce = new byte[NONCE_BYTES];
      random.nextBytes(nonce);
      byte[] text = Arrays.copyOf(new byte[] {FORMAT}, 1 + NONCE_BYTES);
      System.arraycopy(nonce, 0, text, 1, NONCE_BYTES);
      byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, nonce, purpose, id).doFinal(plain);
      byte[] whole = Arrays.copyOf(text, text.length + encrypted.length);
      System.arraycopy(encrypted, 0, whole, text.length, encrypted.length);
      return whole;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  /**
   * What was encrypted for that purpose and instance.
   *
   * @throws GeneralSecurityException with another key, for another instance, or changed since
   */
  byte[] decrypt(String purpose, String id, byte[] text) throws GeneralSecurityException {
    if (text.length < 1 + NONCE_BYTES || text[0] != FORMAT) {
      throw new GeneralSecurityException("not encrypted in a way that is known here");
    }
    byte[] nonce = Arrays.copyOfRange(text, 1, 1 + NONCE_BYTES);
    return cipher(Cipher.DECRYPT_MODE, nonce, purpose, id)
        .doFinal(text, 1 + NONCE_BYTES, text.length - 1 - NONCE_BYTES);
  }

  private Cipher cipher(int mode, byte[] nonce, String purpose, String id)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(ALGORITHM);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD((purpose + '\0' + id).getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
