// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A range of IP addresses in CIDR notation.
 *
 * @param network its first address
 * @param prefix how many leading bits are fixed
 */
public record AddressRange(InetAddress network, int prefix) {

  /** Checks that the prefix fits the kind of address. */
  public AddressRange {
    if (prefix < 0 || prefix > network.getAddress().length * 8) {
      throw new IllegalArgumentException("prefix " + prefix + " does not fit " + network);
    }
  }

  /**
   * Reads {@code 10.0.0.0/8}, {@code fd00::/8}, or one address.
   *
   * @throws IllegalArgumentException when it is none; names are not looked up
   */
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    boolean literal = address.contains(":") || address.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    if (!literal || !address.matches("[0-9A-Fa-f:.]+")) {
      throw new IllegalArgumentException("not an address range: " + text);
    }
    try {
      InetAddress network = InetAddress.getByName(address);
      return slash < 0
          ? new AddressRange(network, network.getAddress().length * 8)
          : new AddressRange(network, Integer.parseInt(text.substring(slash + 1)));
    } catch (UnknownHostException | NumberFormatException e) {
      throw new IllegalArgumentException("not an address range: " + text, e);
    }
  }

  /** Whether {@code address} lies in it; never for one of the other kind. */
  public boolean contains(InetAddress address) {
    byte[] fixed = network.getAddress();
    byte[] given = address.getAddress();
    if (fixed.length != given.length) {
      return false;
    }
    for (int bit = 0; bit < prefix; bit += 8) {
      int mask = prefix - bit >= 8 ? 0xff : 0xff << (8 - (prefix - bit)) & 0xff;
      if (((fixed[bit / 8] ^ given[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return network.getHostAddress() + "/" + prefix;
  }
}
