// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A private key without a password in a PEM file: PKCS#8, PKCS#1 (RSA) or SEC1 (elliptic curves).
 * Other blocks in the file, such as a curve's parameters, are passed over.
 */
final class PrivateKeyFile {
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN ((?:[A-Z]+ )*)PRIVATE KEY-----(.*?)-----END \\1PRIVATE KEY-----",
          Pattern.DOTALL);

  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 0x04;
  private static final int CURVE = 0xa0;
  private static final byte[] ZERO = {0x02, 0x01, 0x00};

  /** The object identifier rsaEncryption, and a NULL for its parameters. */
  private static final byte[] RSA = {
    0x06,
    0x09,
    0x2a,
    (byte) 0x86,
    0x48,
    (byte) 0x86,
    (byte) 0xf7,
    0x0d,
    0x01,
    0x01,
    0x01,
    0x05,
    0x00
  };

  /** The object identifier id-ecPublicKey; the curve follows as its parameters. */
  private static final byte[] ELLIPTIC = {
    0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
  };

  private PrivateKeyFile() {}

  /**
   * The key as PEM of PKCS#8.
   *
   * @throws IOException when the file cannot be read, or holds no key of these kinds; says so
   */
  static byte[] pkcs8(Path file) throws IOException {
    Matcher block = BLOCK.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    if (!block.find()) {
      throw new IOException(file + " holds no private key in PEM (PKCS#8, PKCS#1 or SEC1)");
    }
    String kind = block.group(1).strip();
    try {
      byte[] key = Base64.getMimeDecoder().decode(block.group(2));
      return switch (kind) {
        case "" -> pem(key);
        case "RSA" -> {
          refuseEncrypted(file, block.group(2));
          yield pem(wrapped(key, RSA));
        }
        case "EC" -> {
          refuseEncrypted(file, block.group(2));
          yield pem(wrapped(key, joined(ELLIPTIC, curve(key))));
        }
        case "ENCRYPTED" -> throw encrypted(file);
        default ->
            throw new IOException(
                file + " holds a private key of the kind " + kind + ", not PKCS#8, PKCS#1 or SEC1");
      };
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      throw new IOException(file + " holds a private key that is damaged", e);
    }
  }

  private static void refuseEncrypted(Path file, String block) throws IOException {
    if (block.contains("ENCRYPTED")) {
      throw encrypted(file);
    }
  }

  private static IOException encrypted(Path file) {
    return new IOException(file + " holds a private key with a password: take the password off");
  }

  private static byte[] wrapped(byte[] key, byte[] algorithm) {
    return value(SEQUENCE, joined(ZERO, value(SEQUENCE, algorithm), value(OCTETS, key)));
  }

  /** The curve's identifier from SEC1's sequence: version, number, curve, point. */
  private static byte[] curve(byte[] key) {
    ByteBuffer members = ByteBuffer.wrap(content(ByteBuffer.wrap(key), SEQUENCE));
    while (members.hasRemaining()) {
      int tag = members.get(members.position()) & 0xff;
      byte[] content = content(members, tag);
      if (tag == CURVE) {
        return content;
      }
    }
    throw new IllegalArgumentException("no curve is named");
  }

  /** What the next value of DER holds. */
  private static byte[] content(ByteBuffer der, int tag) {
    if ((der.get() & 0xff) != tag) {
      throw new IllegalArgumentException("another value was expected");
    }
    int length = der.get() & 0xff;
    if (length > 0x7f) {
      int bytes = length & 0x7f;
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = Math.addExact(Math.multiplyExact(length, 256), der.get() & 0xff);
      }
    }
    if (length > der.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] content = new byte[length];
    der.get(content);
    return content;
  }

  private static byte[] value(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length <= 0x7f) {
      out.write(content.length);
    } else {
      byte[] length = BigInteger.valueOf(content.length).toByteArray();
      int start = length[0] == 0 ? 1 : 0;
      out.write(0x80 | (length.length - start));
      out.write(length, start, length.length - start);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] pem(byte[] pkcs8) {
    return ("-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(pkcs8)
            + "\n-----END PRIVATE KEY-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
