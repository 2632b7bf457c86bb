// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.content.egress.AddressRange;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whose address a request comes from: that of the connection, and behind a proxy that is trusted
 * what the proxy says in X-Forwarded-For.
 *
 * @param proxies whose word is taken
 */
record ClientAddress(List<AddressRange> proxies) {
  private static final String KEY = "atelier.http.trusted-proxies";
  private static final String ATTRIBUTE = ClientAddress.class.getName();
  private static final String BYTE = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";

  /** What is read without asking for a name. */
  private static final Pattern NUMBERS =
      Pattern.compile(BYTE + "(\\." + BYTE + "){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  ClientAddress {
    proxies = List.copyOf(proxies);
  }

  /** Reads them; faults are noted in {@code settings}. */
  static ClientAddress from(Settings settings) {
    List<AddressRange> proxies = new ArrayList<>();
    for (String range : settings.texts(KEY, "")) {
      try {
        proxies.add(AddressRange.parse(range));
      } catch (IllegalArgumentException e) {
        settings.fault(KEY, range, "addresses or ranges such as 10.0.0.0/8, separated by commas");
      }
    }
    return new ClientAddress(proxies);
  }

  /** Finds out, once for each request. */
  void note(HttpServletRequest request) {
    request.setAttribute(
        ATTRIBUTE,
        of(request.getRemoteAddr(), Collections.list(request.getHeaders("X-Forwarded-For"))));
  }

  /** What was found out. */
  static String of(HttpServletRequest request) {
    return request.getAttribute(ATTRIBUTE) instanceof String noted
        ? noted
        : request.getRemoteAddr();
  }

  /**
   * The last one on the way that is no proxy of ours: what stands before it is the client's word.
   *
   * @param connection of whoever has connected
   * @param forwarded the headers, each a list, as they came
   */
  String of(String connection, List<String> forwarded) {
    List<String> way = new ArrayList<>();
    forwarded.forEach(header -> way.addAll(List.of(header.split(",", -1))));
    String last = connection;
    for (int i = way.size() - 1; i >= 0 && trusted(last); i--) {
      Optional<InetAddress> before = parse(way.get(i).strip());
      if (before.isEmpty()) {
        break;
      }
      last = before.get().getHostAddress();
    }
    return last;
  }

  private boolean trusted(String address) {
    return parse(address)
        .filter(parsed -> proxies.stream().anyMatch(range -> range.contains(parsed)))
        .isPresent();
  }

  /** Empty: no address in numbers. */
  private static Optional<InetAddress> parse(String text) {
    if (!NUMBERS.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(text));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
