// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/**
 * A password that can be checked and not be read: PBKDF2 with HMAC-SHA-256, written {@code
 * pbkdf2-sha256$ITERATIONS$SALT$HASH} with the last two in Base64.
 */
public final class PasswordHash {
  /** Half a second of a processor or so, as OWASP advises for this function. */
  private static final int ITERATIONS = 600_000;

  /** Fewer are too weak, more would let a configuration stall the manager. */
  private static final int FEWEST = 100_000;

  private static final int MOST = 10_000_000;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final byte[] FIRST_BLOCK = {0, 0, 0, 1};
  private static final Pattern FORM =
      Pattern.compile("pbkdf2-sha256\\$([0-9]{1,8})\\$([A-Za-z0-9+/]+=*)\\$([A-Za-z0-9+/]+=*)");

  private final int iterations;
  private final byte[] salt;
  private final byte[] hash;

  private PasswordHash(int iterations, byte[] salt, byte[] hash) {
    this.iterations = iterations;
    this.salt = salt;
    this.hash = hash;
  }

  /**
   * The hash of a password, with a salt of its own.
   *
   * @param hmac HMAC-SHA-256, with any key or none
   */
  public static PasswordHash of(String password, Mac hmac) {
    return of(password, ITERATIONS, hmac);
  }

  /**
   * The hash of a password that nobody can guess, however quick a guess is.
   *
   * @param password made of 128 random bits or more
   */
  public static PasswordHash ofRandom(String password) {
    return of(password, 1, hmac());
  }

  private static PasswordHash of(String password, int iterations, Mac hmac) {
    byte[] salt = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    return new PasswordHash(iterations, salt, derive(password, salt, iterations, hmac));
  }

  /** Reads one as {@link #toString} writes it; empty when it is none. */
  public static Optional<PasswordHash> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    try {
      int iterations = Integer.parseInt(form.group(1));
      byte[] salt = Base64.getDecoder().decode(form.group(2));
      byte[] hash = Base64.getDecoder().decode(form.group(3));
      boolean sound =
          iterations > 0
              && iterations <= MOST
              && salt.length >= SALT_BYTES
              && hash.length == HASH_BYTES;
      return sound ? Optional.of(new PasswordHash(iterations, salt, hash)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Whether it protects a password that people choose. */
  public boolean slow() {
    return iterations >= FEWEST;
  }

  /**
   * Whether this is its hash; takes as long either way.
   *
   * @param hmac HMAC-SHA-256, with any key or none
   */
  public boolean matches(String password, Mac hmac) {
    return MessageDigest.isEqual(hash, derive(password, salt, iterations, hmac));
  }

  /** Java's own HMAC-SHA-256; without its second compiler a password takes seconds with it. */
  public static Mac hmac() {
    try {
      return Mac.getInstance("HmacSHA256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has this function", e);
    }
  }

  /**
   * PBKDF2 (RFC 8018, 5.2) of one block, which is as long as the hash. Java's own takes no HMAC of
   * another provider.
   */
  private static byte[] derive(String password, byte[] salt, int iterations, Mac hmac) {
    byte[] key = password.getBytes(StandardCharsets.UTF_8);
    try {
      // A key is filled up with zeros, so that these are the same; Java refuses the empty one.
      hmac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA256"));
      hmac.update(salt);
      byte[] block = hmac.doFinal(FIRST_BLOCK);
      byte[] derived = block.clone();
      for (int i = 1; i < iterations; i++) {
        hmac.update(block);
        hmac.doFinal(block, 0);
        for (int at = 0; at < derived.length; at++) {
          derived[at] ^= block[at];
        }
      }
      return derived;
    } catch (InvalidKeyException | ShortBufferException e) {
      throw new IllegalStateException("any bytes are a key, and a block has room for itself", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  @Override
  public String toString() {
    Base64.Encoder encoder = Base64.getEncoder();
    return "pbkdf2-sha256$%d$%s$%s"
        .formatted(iterations, encoder.encodeToString(salt), encoder.encodeToString(hash));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PasswordHash that
        && iterations == that.iterations
        && Arrays.equals(salt, that.salt)
        && Arrays.equals(hash, that.hash);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(hash);
  }
}
