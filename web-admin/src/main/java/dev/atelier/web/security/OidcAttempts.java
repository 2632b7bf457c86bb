// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import jakarta.servlet.http.Cookie;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The tries to sign in elsewhere that one browser has under way, a cookie for each: two tabs do not
 * disturb one another.
 *
 * @param cookies that the browser sent, the oldest first
 */
record OidcAttempts(List<Cookie> cookies) {
  private static final String PREFIX = "atelier-oidc-";

  /** Together with the other fields of a request this stays below what the server reads. */
  private static final int MOST_BYTES = 4_000;

  static OidcAttempts of(Cookie[] sent) {
    return new OidcAttempts(
        Stream.of(sent == null ? new Cookie[0] : sent)
            .filter(one -> one.getName().startsWith(PREFIX))
            .toList());
  }

  /** The cookie that keeps {@code attempt}. */
  static Cookie keep(OidcAttempt attempt) {
    return new Cookie(name(attempt), attempt.cookie());
  }

  private static String name(OidcAttempt attempt) {
    return PREFIX + attempt.state().substring(0, 8);
  }

  boolean isEmpty() {
    return cookies.isEmpty();
  }

  /** The one that this state came back to. */
  Optional<OidcAttempt> find(String state) {
    return cookies.stream()
        .flatMap(one -> OidcAttempt.parse(one.getValue()).stream())
        .filter(
            one ->
                MessageDigest.isEqual(
                    state.getBytes(StandardCharsets.UTF_8),
                    one.state().getBytes(StandardCharsets.UTF_8)))
        .findFirst();
  }

  /** The oldest, for which there is no room beside {@code more}; a browser is to forget them. */
  List<String> excess(OidcAttempt more) {
    List<String> excess = new ArrayList<>();
    int bytes = more.cookie().length();
    for (int at = cookies.size() - 1; at >= 0; at--) {
      bytes += cookies.get(at).getValue().length();
      if (bytes > MOST_BYTES) {
        excess.add(cookies.get(at).getName());
      }
    }
    return excess;
  }
}
