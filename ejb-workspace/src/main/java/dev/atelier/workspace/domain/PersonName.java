// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What a sign-in calls somebody, as it is shown and as an owner. Two names never become one:
 * whatever is changed is given a part of its own digest, and so is what looks as if it had been.
 * The command line has the same rule for the machine's user; {@code proto/owner-names.tsv} holds
 * both to it.
 */
public final class PersonName {
  /** Characters of one that is shown. */
  public static final int LONGEST = 100;

  private static final int LONGEST_OWNER = 63;
  private static final int DIGEST_DIGITS = 10;

  private static final Pattern MADE =
      Pattern.compile(".*-[0-9a-f]{" + DIGEST_DIGITS + "}", Pattern.DOTALL);
  private static final Pattern MARKS = Pattern.compile("\\p{M}+");
  private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9._-]+");
  private static final Pattern BEGIN = Pattern.compile("^[._-]+");
  private static final Pattern END = Pattern.compile("[._-]+$");

  private PersonName() {}

  /** The name, or of one that is too long to show its beginning and its digest. */
  public static String shown(String name) {
    // What is cut before half of a character is a little shorter.
    if (name.length() < LONGEST - 1) {
      return name;
    }
    int end = LONGEST - DIGEST_DIGITS - 1;
    boolean half = Character.isHighSurrogate(name.charAt(end - 1));
    return name.substring(0, half ? end - 1 : end) + "-" + digest(name);
  }

  /**
   * The owner that they are: the name where it may be a label's value, else one made of it.
   *
   * @return label-safe, whatever the name is
   */
  public static String owner(String name) {
    if (LabelSafe.is(name) && !MADE.matcher(name).matches()) {
      return name;
    }
    String letters = MARKS.matcher(Normalizer.normalize(name, Normalizer.Form.NFKD)).replaceAll("");
    String safe = BEGIN.matcher(UNSAFE.matcher(letters).replaceAll("-")).replaceFirst("");
    int end = Math.min(LONGEST_OWNER - DIGEST_DIGITS - 1, safe.length());
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
