package dev.atelier.workspace.operations;

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

  private SshPublicKey() {}

  static boolean valid(String key) {
    String[] parts = key.strip().split(" +", 3);
    if (parts.length < 2
        || !TYPES.contains(parts[0])
        || key.strip().chars().anyMatch(Character::isISOControl)) {
      return false;
    }
    try {
      ByteBuffer blob = ByteBuffer.wrap(Base64.getDecoder().decode(parts[1]));
      if (blob.remaining() < Integer.BYTES) {
        return false;
      }
      int length = blob.getInt();
      if (length != parts[0].length() || blob.remaining() <= length) {
        return false;
      }
      byte[] type = new byte[length];
      blob.get(type);
      return new String(type, StandardCharsets.US_ASCII).equals(parts[0]);
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }
}
