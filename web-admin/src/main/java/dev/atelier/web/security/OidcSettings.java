// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.security.Scope;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where else people may sign in.
 *
 * @param issuer of the provider, without a slash at its end
 * @param clientId what the provider knows this manager by
 * @param clientSecret shown to the provider alone; empty: a public client
 * @param scopes asked for, {@code openid} among them
 * @param nameClaim or path of one, whose value is the name of a user; where it is absent the
 *     subject is
 * @param rolesClaim or path of one, whose values decide what they may do
 * @param admins values that make an admin
 * @param viewers values that make a viewer; {@code *}: everyone that the provider knows
 * @param redirect where the provider leads back to; empty: to the host that was asked for
 */
public record OidcSettings(
    String issuer,
    String clientId,
    String clientSecret,
    List<String> scopes,
    String nameClaim,
    String rolesClaim,
    Set<String> admins,
    Set<String> viewers,
    Optional<String> redirect) {
  private static final String PREFIX = "atelier.security.oidc.";
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  /** Copies what was given. */
  public OidcSettings {
    scopes = List.copyOf(scopes);
    admins = Set.copyOf(admins);
    viewers = Set.copyOf(viewers);
  }

  /**
   * Reads them; empty where people sign in here alone.
   *
   * @throws IllegalArgumentException with everything that is wrong
   */
  static Optional<OidcSettings> from(Settings settings) {
    Optional<String> issuer = settings.text(PREFIX + "issuer");
    if (issuer.isEmpty()) {
      return Optional.empty();
    }
    checkAddress(settings, PREFIX + "issuer", issuer.get());
    Optional<String> redirect = settings.text(PREFIX + "redirect-uri");
    redirect.ifPresent(uri -> checkAddress(settings, PREFIX + "redirect-uri", uri));
    String client = settings.text(PREFIX + "client-id", "");
    if (client.isEmpty()) {
      settings.fault(PREFIX + "client-id", "", "set, since " + PREFIX + "issuer is");
    }
    List<String> scopes = settings.texts(PREFIX + "scopes", "openid,profile,email");
    if (!scopes.contains("openid")) {
      settings.fault(PREFIX + "scopes", String.join(",", scopes), "a list with openid in it");
    }
    OidcSettings read =
        new OidcSettings(
            issuer.get().replaceFirst("/+$", ""),
            client,
            settings.text(PREFIX + "client-secret", ""),
            scopes,
            settings.text(PREFIX + "name-claim", "preferred_username"),
            settings.text(PREFIX + "roles-claim", "groups"),
            Set.copyOf(settings.texts(PREFIX + "admins", "")),
            Set.copyOf(settings.texts(PREFIX + "viewers", "")),
            redirect);
    settings.throwIfAny();
    return Optional.of(read);
  }

  /** Whether what is sent there can be read by nobody on the way. */
  static boolean safe(URI address) {
    boolean plain = "http".equals(address.getScheme()) && LOOPBACK.contains(address.getHost());
    return address.getHost() != null && (plain || "https".equals(address.getScheme()));
  }

  private static void checkAddress(Settings settings, String key, String value) {
    try {
      if (safe(URI.create(value))) {
        return;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    settings.fault(key, value, "an https URL, or http on the loopback interface");
  }

  /** What somebody may do of whom the provider says this; empty: nothing. */
  Optional<Scope> scope(List<String> roles) {
    if (roles.stream().anyMatch(admins::contains)) {
      return Optional.of(Scope.ADMIN);
    }
    return viewers.contains("*") || roles.stream().anyMatch(viewers::contains)
        ? Optional.of(Scope.READ)
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "sign-in by " + issuer;
  }
}
