package dev.atelier.workspace.runtime.local;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of IPv4 addresses, four of them for each network of an instance.
 *
 * @param first its first address
 * @param prefix how many leading bits are fixed; 8 to 24
 */
record PrivateRange(int first, int prefix) {
  private static final Pattern CIDR =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})/(\\d{1,2})");
  private static final int EACH = 4;

  /** What holds without configuration. */
  static final PrivateRange DEFAULT = parse("10.215.0.0/16");

  /**
   * Reads {@code 10.215.0.0/16}.
   *
   * @throws IllegalArgumentException when it is none, or has an address outside of its network
   */
  static PrivateRange parse(String text) {
    Matcher matcher = CIDR.matcher(text);
    if (matcher.matches()) {
      int prefix = Integer.parseInt(matcher.group(5));
      int first = 0;
      boolean valid = prefix >= 8 && prefix <= 24;
      for (int i = 1; i <= 4; i++) {
        int part = Integer.parseInt(matcher.group(i));
        valid &= part <= 255;
        first = first << 8 | part;
      }
      if (valid && (first & ~mask(prefix)) == 0) {
        return new PrivateRange(first, prefix);
      }
    }
    throw new IllegalArgumentException("not a range: " + text);
  }

  private static int mask(int prefix) {
    return prefix == 0 ? 0 : -1 << (32 - prefix);
  }

  /** How many networks fit. */
  int slots() {
    return (1 << (32 - prefix)) / EACH;
  }

  /** The machine's end of a network. */
  String outer(int slot) {
    return address(first + slot * EACH + 1);
  }

  /** The instance's end of a network. */
  String inner(int slot) {
    return address(first + slot * EACH + 2);
  }

  /** Whether it shares addresses with another one, such as {@code 10.0.0.0/8} or one address. */
  boolean overlaps(String other) {
    String[] parts = other.split("/", 2);
    String[] bytes = parts[0].split("\\.", -1);
    if (bytes.length != 4) {
      return false; // default, or IPv6
    }
    int address = 0;
    for (String part : bytes) {
      address = address << 8 | Integer.parseInt(part);
    }
    int common = Math.min(prefix, parts.length == 1 ? 32 : Integer.parseInt(parts[1]));
    return ((address ^ first) & mask(common)) == 0;
  }

  private static String address(int number) {
    return (number >>> 24)
        + "."
        + (number >> 16 & 255)
        + "."
        + (number >> 8 & 255)
        + "."
        + (number & 255);
  }

  @Override
  public String toString() {
    return address(first) + "/" + prefix;
  }
}
