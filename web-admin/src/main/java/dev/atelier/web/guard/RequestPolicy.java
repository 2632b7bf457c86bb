// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.guard;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which requests are served, by their headers alone. A name that is not ours in Host means DNS
 * rebinding; Origin and Sec-Fetch-* are set by the browser and out of reach of the page that asks.
 *
 * @param allowedHosts names or addresses, each with or without a port, that are ours beside those
 *     of the loopback interface and the address that a request came in by; lower case
 */
public record RequestPolicy(Set<String> allowedHosts) {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  /** Methods that change nothing. */
  static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

  /** Copies what was given. */
  public RequestPolicy {
    allowedHosts = Set.copyOf(allowedHosts);
  }

  /**
   * What the headers of a request say.
   *
   * @param method as sent
   * @param address that it came in by, of this server; IPv6 without brackets
   * @param port that it came in by
   * @param hosts every Host header
   * @param origin null when absent
   * @param fetchSite Sec-Fetch-Site; null when absent
   * @param fetchMode Sec-Fetch-Mode; null when absent
   * @param fetchDest Sec-Fetch-Dest; null when absent
   * @param upgrade whether it is a WebSocket handshake
   * @param authorized whether it has an Authorization header, which programs send
   */
  public record Asked(
      String method,
      String address,
      int port,
      List<String> hosts,
      String origin,
      String fetchSite,
      String fetchMode,
      String fetchDest,
      boolean upgrade,
      boolean authorized) {
    /** Copies what was given. */
    public Asked {
      hosts = List.copyOf(hosts);
    }

    private boolean changes() {
      return upgrade || !READING.contains(method);
    }

    /** A link that was followed or an address that was typed: the page that asked sees nothing. */
    private boolean navigates() {
      return !changes() && "navigate".equals(fetchMode) && "document".equals(fetchDest);
    }
  }

  /** Why the request is not served; empty when it is. */
  public Optional<String> refusal(Asked asked) {
    if (asked.hosts().size() != 1) {
      return Optional.of("exactly one Host header is needed");
    }
    String host = asked.hosts().get(0).toLowerCase(Locale.ROOT);
    if (!ours(host, asked)) {
      return Optional.of(
          "this host name is not served here (atelier.http.allowed-hosts names those that are)");
    }
    if (asked.origin() != null && !sameAuthority(asked.origin(), host)) {
      return Optional.of("requests of other sites are not served");
    }
    if (asked.fetchSite() == null) {
      // Not a browser of this decade, or no browser: then a change must say where it comes from.
      return asked.changes() && asked.origin() == null && !asked.authorized()
          ? Optional.of("an Origin header is needed to change something")
          : Optional.empty();
    }
    return switch (asked.fetchSite()) {
      case "same-origin" -> Optional.empty();
      case "none" ->
          asked.changes() && asked.origin() == null
              ? Optional.of("an Origin header is needed to change something")
              : Optional.empty();
      // same-site too: every port of localhost is, and workspaces may listen there.
      default ->
          asked.navigates()
              ? Optional.empty()
              : Optional.of("requests of other sites are not served");
    };
  }

  private boolean ours(String host, Asked asked) {
    int colon = host.lastIndexOf(':');
    boolean hasPort = colon > host.lastIndexOf(']');
    String name = hasPort ? host.substring(0, colon) : host;
    if (allowedHosts.contains(host) || allowedHosts.contains(name)) {
      return true;
    }
    String given = hasPort ? host.substring(colon + 1) : "80";
    return given.equals(Integer.toString(asked.port()))
        && (LOOPBACK.contains(name) || isAddress(name, asked.address()));
  }

  /** Whoever asks for an address and comes in by it has had no name to be led astray by. */
  private static boolean isAddress(String name, String address) {
    if (!name.startsWith("[")) {
      return name.equals(address);
    }
    try {
      // In brackets it is an address or nothing: no name is looked up.
      return InetAddress.getByName(name).equals(InetAddress.getByName("[" + address + "]"));
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** The scheme may differ where a proxy ends TLS; the authority may not. */
  private static boolean sameAuthority(String origin, String host) {
    String lower = origin.toLowerCase(Locale.ROOT);
    return lower.equals("http://" + host) || lower.equals("https://" + host);
  }
}
