// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.subscribe;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A caller that is told of ends once, over all its streams: components of a platform share a
 * credential and are told apart by their programs.
 *
 * @param name of its token or certificate
 * @param program as it calls itself; may be empty
 */
public record Hearer(String name, String program) {

  /** The caller of that name; the program is what the user agent has before its first slash. */
  public static Hearer of(String name, String userAgent) {
    int slash = userAgent.indexOf('/');
    return new Hearer(name, slash < 0 ? userAgent : userAgent.substring(0, slash));
  }

  /** 32 hexadecimal digits, however long its names are. */
  String key() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      // A program cannot pass for a part of the name: the name's digest has one length.
      digest.update(digest.digest(name.getBytes(StandardCharsets.UTF_8)));
      byte[] both = digest.digest(program.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(both, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
