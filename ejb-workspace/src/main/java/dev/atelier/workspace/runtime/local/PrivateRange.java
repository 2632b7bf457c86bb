// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

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

  /** Without configuration the first of them that is free on this machine; none overlap. */
  static final List<PrivateRange> CANDIDATES =
      Stream.of(
              "10.215.0.0/16",
              "10.216.0.0/16",
              "10.217.0.0/16",
              "10.218.0.0/16",
              "10.219.0.0/16",
              "10.220.0.0/16",
              "172.29.0.0/16",
              "172.30.0.0/16",
              "192.168.215.0/24",
              "192.168.216.0/24")
          .map(PrivateRange::parse)
          .toList();

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

  /** Which network an address of this range, or the beginning of a range within it, is of. */
  int slot(String address) {
    return Math.max(0, number(address.split("/", 2)[0]) - first) / EACH;
  }

  private static int number(String address) {
    int number = 0;
    for (String part : address.split("\\.", -1)) {
      number = number << 8 | Integer.parseInt(part);
    }
    return number;
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
    int address = number(parts[0]);
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
