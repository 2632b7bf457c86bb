// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.domain.UrlAuthority;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a repository or a file is.
 *
 * @param scheme in small letters
 * @param user what stands before the password in the URL; empty without
 * @param password as in the URL, decoded; empty without
 * @param host in small letters, as DNS has it
 * @param port empty: the scheme's own
 * @param path with query, as given
 */
record RemoteUri(
    String scheme, String user, String password, String host, String port, String path) {

  static RemoteUri parse(String text) throws ContentFault {
    int colon = text.indexOf("://");
    boolean printable = text.chars().allMatch(c -> c > ' ' && c != 0x7f);
    if (colon <= 0 || !printable || text.startsWith("-")) {
      throw new ContentFault("not a URL that can be fetched");
    }
    String rest = text.substring(colon + 3);
    int end = 0;
    while (end < rest.length() && "/?#\\".indexOf(rest.charAt(end)) < 0) {
      end++;
    }
    UrlAuthority authority =
        UrlAuthority.parse(rest.substring(0, end))
            .orElseThrow(() -> new ContentFault("not a URL that can be fetched"));
    String login = authority.login();
    int split = login.indexOf(':');
    return new RemoteUri(
        text.substring(0, colon).toLowerCase(Locale.ROOT),
        decoded(split < 0 ? login : login.substring(0, split)),
        split < 0 ? "" : decoded(login.substring(split + 1)),
        authority.host(),
        authority.port(),
        rest.substring(end));
  }

  /** Scheme, host and port; what a credential belongs to. */
  String origin() {
    return scheme + "://" + host + (port.isEmpty() ? "" : ":" + port);
  }

  /** The other way to write {@link #origin()}: with the scheme's port where it was left out. */
  String otherOrigin() {
    String own = scheme.equals("https") ? "443" : "80";
    if (port.isEmpty()) {
      return origin() + ":" + own;
    }
    return port.equals(own) ? scheme + "://" + host : origin();
  }

  /** The URL without any credential. */
  String clean() {
    String login = scheme.equals("ssh") && !user.isEmpty() ? user + "@" : "";
    return scheme + "://" + login + host + (port.isEmpty() ? "" : ":" + port) + path;
  }

  /** What the URL itself says of who asks. */
  Optional<Credentials> credentials() {
    return user.isEmpty() && password.isEmpty()
        ? Optional.empty()
        : Optional.of(new Credentials(user, password));
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // Not encoded, then: taken as it stands.
      return text;
    }
  }

  @Override
  public String toString() {
    return origin();
  }
}
