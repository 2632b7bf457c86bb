// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a provider says of itself. Each of its addresses is one that a secret may be sent to.
 *
 * @param issuer as tokens name it
 * @param authorization where browsers sign in
 * @param token where a code is redeemed
 * @param userinfo which tells more of who signed in, where there is that
 * @param secretInForm whether the client's secret stands in the form rather than in a header
 * @param keys that sign its tokens
 * @param at when it was said
 */
record OidcMetadata(
    String issuer,
    URI authorization,
    URI token,
    Optional<URI> userinfo,
    boolean secretInForm,
    JWKSource<SecurityContext> keys,
    Instant at) {

  /**
   * Reads what {@code issuer} answered.
   *
   * @throws OidcFault when it says that it is another, or lacks an address, or has one that is
   *     neither https nor on the loopback interface
   */
  static OidcMetadata of(Map<String, Object> document, String issuer, Instant at) throws OidcFault {
    String said = text(document, "issuer");
    if (!said.replaceFirst("/+$", "").equals(issuer)) {
      throw new OidcFault("The identity provider says that it is another.");
    }
    try {
      return new OidcMetadata(
          said,
          address(document, "authorization_endpoint"),
          address(document, "token_endpoint"),
          document.containsKey("userinfo_endpoint")
              ? Optional.of(address(document, "userinfo_endpoint"))
              : Optional.empty(),
          secretInForm(document),
          JWKSourceBuilder.<SecurityContext>create(address(document, "jwks_uri").toURL())
              .retrying(true)
              .build(),
          at);
    } catch (MalformedURLException e) {
      throw unusable("jwks_uri", e);
    }
  }

  /** A provider that lists nothing takes the header (OpenID Connect Discovery 1.0, 3). */
  private static boolean secretInForm(Map<String, Object> document) {
    return lists(document, "client_secret_post") && !lists(document, "client_secret_basic");
  }

  private static boolean lists(Map<String, Object> document, String method) {
    return document.get("token_endpoint_auth_methods_supported") instanceof List<?> all
        && all.contains(method);
  }

  private static URI address(Map<String, Object> document, String name) throws OidcFault {
    try {
      URI address = URI.create(text(document, name));
      if (OidcSettings.safe(address)) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      throw unusable(name, e);
    }
    throw unusable(name, null);
  }

  private static String text(Map<String, Object> document, String name) throws OidcFault {
    if (document.get(name) instanceof String text) {
      return text;
    }
    throw unusable(name, null);
  }

  private static OidcFault unusable(String name, Exception cause) {
    return new OidcFault(
        "The identity provider does not say where to sign in: its " + name + " cannot be used.",
        cause);
  }
}
