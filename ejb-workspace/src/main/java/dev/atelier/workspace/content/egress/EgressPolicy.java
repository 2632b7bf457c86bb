// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.egress;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which addresses git, downloads and one-time secrets may reach, and by which way. What {@code
 * allow} names is reached in any case, then what {@code deny} names is not, then neither is what is
 * refused by default: link-local, unspecified, multicast and reserved addresses, the addresses of
 * cloud metadata services elsewhere, and loopback unless {@code loopback}. Everything else is
 * reached, private networks included.
 *
 * @param loopback whether 127.0.0.0/8 and ::1 may be reached: only where the manager itself listens
 *     on loopback alone
 * @param allow wins over the rest
 * @param deny wins over the default
 * @param proxy by which all else is reached than what it does not serve; empty: nothing is
 */
public record EgressPolicy(
    boolean loopback,
    List<AddressRange> allow,
    List<AddressRange> deny,
    Optional<UpstreamProxy> proxy) {

  /** Without a proxy. */
  public EgressPolicy(boolean loopback, List<AddressRange> allow, List<AddressRange> deny) {
    this(loopback, allow, deny, Optional.empty());
  }

  /** Nothing configured: the default alone, without loopback. */
  public static final EgressPolicy DEFAULT = new EgressPolicy(false, List.of(), List.of());

  private static final List<AddressRange> REFUSED =
      Stream.of(
              "0.0.0.0/8",
              "169.254.0.0/16",
              "224.0.0.0/4",
              "240.0.0.0/4",
              "::/128",
              "fe80::/10",
              "fec0::/10",
              "ff00::/8",
              // metadata services that are not link-local: Alibaba, Azure's wire server, AWS by
              // IPv6
              "100.100.100.200",
              "168.63.129.16",
              "fd00:ec2::254")
          .map(AddressRange::parse)
          .toList();

  /** Ranges whose addresses carry an IPv4 address, and at which byte. */
  private static final List<Carrier> CARRIERS =
      List.of(
          new Carrier(AddressRange.parse("64:ff9b::/96"), 12),
          new Carrier(AddressRange.parse("64:ff9b:1::/48"), 12),
          new Carrier(AddressRange.parse("2002::/16"), 2),
          new Carrier(AddressRange.parse("::/96"), 12));

  private record Carrier(AddressRange range, int offset) {}

  /** Copies what was given. */
  public EgressPolicy {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
  }

  /** Whether {@code address} may be reached; IPv4 in an IPv6 address counts as what it is. */
  public boolean permits(InetAddress address) {
    if (in(allow, address)) {
      return true;
    }
    if (in(deny, address) || in(REFUSED, address)) {
      return false;
    }
    if (address.isLoopbackAddress()) {
      return loopback;
    }
    return address instanceof Inet6Address wide
        ? CARRIERS.stream()
            .filter(carrier -> carrier.range.contains(wide))
            .allMatch(carrier -> permits(carried(wide, carrier.offset)))
        : true;
  }

  /**
   * Whether a host may be asked for whose addresses only the proxy knows: it judges them, unless
   * addresses are denied here.
   */
  boolean permitsUnseen(String host) {
    return deny.isEmpty() && proxy.filter(one -> one.serves(host, List.of())).isPresent();
  }

  private static boolean in(List<AddressRange> ranges, InetAddress address) {
    return ranges.stream().anyMatch(range -> range.contains(address));
  }

  private static InetAddress carried(Inet6Address address, int offset) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(address.getAddress(), offset, offset + 4));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }
}
