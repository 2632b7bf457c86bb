// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The owner that is made of what the machine calls its user, by the manager's rule for what a
 * sign-in calls somebody; {@code proto/owner-names.tsv} holds both to it.
 */
final class OwnerName {
  private static final int LONGEST = 63;
  private static final int DIGEST_DIGITS = 10;

  private static final Pattern LABEL_SAFE =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");

  private static final Pattern MADE =
      Pattern.compile(".*-[0-9a-f]{" + DIGEST_DIGITS + "}", Pattern.DOTALL);
  private static final Pattern MARKS = Pattern.compile("\\p{M}+");
  private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9._-]+");
  private static final Pattern BEGIN = Pattern.compile("^[._-]+");
  private static final Pattern END = Pattern.compile("[._-]+$");

  private OwnerName() {}

  /** The name where it may be a label's value, else one made of it; two never become one. */
  static String of(String name) {
    if (LABEL_SAFE.matcher(name).matches() && !MADE.matcher(name).matches()) {
      return name;
    }
    String letters = MARKS.matcher(Normalizer.normalize(name, Normalizer.Form.NFKD)).replaceAll("");
    String safe = BEGIN.matcher(UNSAFE.matcher(letters).replaceAll("-")).replaceFirst("");
    int end = Math.min(LONGEST - DIGEST_DIGITS - 1, safe.length());
    String cut = END.matcher(safe.substring(0, end)).replaceFirst("");
    return (cut.isEmpty() ? "user" : cut) + "-" + digest(name);
  }

  private static String digest(String name) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, DIGEST_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every JDK has it.
    }
  }
}
