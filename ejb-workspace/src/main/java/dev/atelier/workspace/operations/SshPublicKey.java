// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;

/** Public keys as OpenSSH's authorized_keys has them, without options: type, base64, comment. */
final class SshPublicKey {
  /** The types that OpenSSH takes for a user's key, from sshd(8), AUTHORIZED_KEYS FILE FORMAT. */
  private static final Set<String> TYPES =
      Set.of(
          "ssh-ed25519",
          "ssh-rsa",
          "ecdsa-sha2-nistp256",
          "ecdsa-sha2-nistp384",
          "ecdsa-sha2-nistp521",
          "sk-ssh-ed25519@openssh.com",
          "sk-ecdsa-sha2-nistp256@openssh.com");

  private static final int ED25519_BYTES = 32;

  /** OpenSSH refuses shorter ones. */
  private static final int LEAST_RSA_BITS = 1024;

  /** The first byte of a point with both coordinates. */
  private static final byte NOT_COMPRESSED = 4;

  private SshPublicKey() {}

  static boolean valid(String key) {
    String line = key.strip();
    String[] parts = line.split("[ \t]+", 3);
    if (parts.length < 2
        || !TYPES.contains(parts[0])
        || line.chars().anyMatch(c -> c != '\t' && Character.isISOControl(c))) {
      return false;
    }
    try {
      ByteBuffer blob = ByteBuffer.wrap(Base64.getDecoder().decode(parts[1]));
      return text(blob).equals(parts[0]) && whole(parts[0], blob) && !blob.hasRemaining();
    } catch (IllegalArgumentException | BufferUnderflowException noBlob) {
      return false;
    }
  }

  /** Whether the fields after the type are those of the type; takes them from the blob. */
  private static boolean whole(String type, ByteBuffer blob) {
    return switch (type) {
      case "ssh-ed25519" -> field(blob).length == ED25519_BYTES;
      case "sk-ssh-ed25519@openssh.com" ->
          field(blob).length == ED25519_BYTES && field(blob).length > 0;
      case "ssh-rsa" -> bits(blob) > 0 && bits(blob) >= LEAST_RSA_BITS;
      case "ecdsa-sha2-nistp256" -> point(blob, "nistp256", 32);
      case "ecdsa-sha2-nistp384" -> point(blob, "nistp384", 48);
      case "ecdsa-sha2-nistp521" -> point(blob, "nistp521", 66);
      case "sk-ecdsa-sha2-nistp256@openssh.com" ->
          point(blob, "nistp256", 32) && field(blob).length > 0;
      default -> false;
    };
  }

  /** The name of a curve and a point of it that is not compressed, as OpenSSH alone takes it. */
  private static boolean point(ByteBuffer blob, String curve, int bytes) {
    if (!text(blob).equals(curve)) {
      return false;
    }
    byte[] point = field(blob);
    return point.length == 1 + 2 * bytes && point[0] == NOT_COMPRESSED;
  }

  /** Bits of a number; 0 where it is not positive. */
  private static int bits(ByteBuffer blob) {
    byte[] field = field(blob);
    BigInteger number = field.length == 0 ? BigInteger.ZERO : new BigInteger(field);
    return number.signum() > 0 ? number.bitLength() : 0;
  }

  private static String text(ByteBuffer blob) {
    return new String(field(blob), StandardCharsets.US_ASCII);
  }

  /** A length in four bytes, and as many. */
  private static byte[] field(ByteBuffer blob) {
    int length = blob.getInt();
    if (length < 0 || length > blob.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] field = new byte[length];
    blob.get(field);
    return field;
  }
}
