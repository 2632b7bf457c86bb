// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who is asked where: what a URL has between its scheme and its path.
 *
 * @param login what stands before the at sign, as written; empty without
 * @param host in small letters, an international name as DNS has it (punycode); one with
 *     underscores, which DNS and git know and the standard of URLs does not, is taken too
 * @param port 1 to 65535 in digits; empty: the scheme's own
 */
public record UrlAuthority(String login, String host, String port) {
  private static final int LAST_PORT = 65_535;

  /** RFC 1035, with the dot of the root. */
  private static final int LONGEST_HOST = 254;

  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
  private static final Pattern NAME =
      Pattern.compile("(?!-)[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*\\.?");
  private static final Pattern ADDRESS = Pattern.compile("\\[[0-9a-f:.]+(%[-.~%_0-9a-z]+)?]");

  /** Reads one; empty when it has no host that can be asked for, or another port. */
  public static Optional<UrlAuthority> parse(String text) {
    int at = text.lastIndexOf('@');
    String place = text.substring(at + 1);
    int colon = place.lastIndexOf(':') > place.lastIndexOf(']') ? place.lastIndexOf(':') : -1;
    String port = colon < 0 ? "" : place.substring(colon + 1);
    Optional<String> host = host(colon < 0 ? place : place.substring(0, colon));
    return host.filter(name -> at != 0 && (port.isEmpty() || isPort(port)))
        .map(name -> new UrlAuthority(at < 0 ? "" : text.substring(0, at), name, port));
  }

  /** Whether the login has more than a name. */
  public boolean hasPassword() {
    return login.indexOf(':') >= 0;
  }

  private static boolean isPort(String text) {
    return PORT.matcher(text).matches()
        && Integer.parseInt(text) >= 1
        && Integer.parseInt(text) <= LAST_PORT;
  }

  private static Optional<String> host(String text) {
    try {
      String small = text.toLowerCase(Locale.ROOT);
      String host = text.startsWith("[") ? small : IDN.toASCII(small).toLowerCase(Locale.ROOT);
      boolean known =
          host.length() <= LONGEST_HOST
              && (NAME.matcher(host).matches() || ADDRESS.matcher(host).matches());
      return known ? Optional.of(host) : Optional.empty();
    } catch (IllegalArgumentException e) {
      // No name in any alphabet.
      return Optional.empty();
    }
  }

  /** Without the login, which may hold a password. */
  @Override
  public String toString() {
    return "UrlAuthority[" + host + (port.isEmpty() ? "" : ":" + port) + "]";
  }
}
