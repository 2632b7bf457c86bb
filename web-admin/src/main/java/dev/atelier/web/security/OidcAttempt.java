// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One try to sign in elsewhere. The browser keeps it in a cookie until it comes back, so that tries
 * cost nothing here.
 *
 * @param state comes back with the browser
 * @param nonce comes back in the token
 * @param verifier shown to the provider with the code
 * @param to where it leads then: a path of this application
 */
record OidcAttempt(String state, String nonce, String verifier, String to) {
  private static final int BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final Pattern FORM =
      Pattern.compile("([\\w-]{43})\\.([\\w-]{43})\\.([\\w-]{43})\\.([\\w-]*)");

  static OidcAttempt to(String target) {
    return new OidcAttempt(random(), random(), random(), target);
  }

  private static String random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return ENCODER.encodeToString(bytes);
  }

  static Optional<OidcAttempt> parse(String cookie) {
    var form = FORM.matcher(cookie);
    if (!form.matches()) {
      return Optional.empty();
    }
    String to = new String(Base64.getUrlDecoder().decode(form.group(4)), StandardCharsets.UTF_8);
    return Optional.of(
        new OidcAttempt(form.group(1), form.group(2), form.group(3), SignInServlet.target(to)));
  }

  String cookie() {
    return String.join(
        ".", state, nonce, verifier, ENCODER.encodeToString(to.getBytes(StandardCharsets.UTF_8)));
  }

  String challenge() {
    try {
      return ENCODER.encodeToString(
          MessageDigest.getInstance("SHA-256")
              .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has this function", e);
    }
  }

  @Override
  public String toString() {
    return "OidcAttempt[" + to + "]";
  }
}
