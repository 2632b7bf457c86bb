// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import dev.atelier.workspace.config.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.Config;

/**
 * How sessions are.
 *
 * @param idle time without use after which one ends, at least a second
 * @param lifetime time since the sign-in after which one ends, from a second to a day
 * @param secure whether browsers send the cookie over TLS alone
 * @param oidc whether people may sign in elsewhere
 */
public record WebSecuritySettings(Duration idle, Duration lifetime, boolean secure, boolean oidc) {
  private static final String IDLE = "atelier.security.session-timeout";
  private static final String LIFETIME = "atelier.security.session-lifetime";

  /** So long at most who was let in once is let in without being asked again. */
  private static final Duration LONGEST = Duration.ofHours(24);

  static WebSecuritySettings from(Settings settings) {
    WebSecuritySettings read =
        new WebSecuritySettings(
            settings.duration(IDLE, Duration.ofHours(8)),
            settings.duration(LIFETIME, LONGEST),
            settings.flag("atelier.security.secure-cookies", false),
            settings.text("atelier.security.oidc.issuer").isPresent());
    if (read.idle.toSeconds() < 1 || read.idle.toDays() > 365) {
      settings.fault(IDLE, read.idle.toString(), "from 1s to 365 days");
    }
    if (read.lifetime.toSeconds() < 1 || read.lifetime.compareTo(LONGEST) > 0) {
      settings.fault(LIFETIME, read.lifetime.toString(), "from 1s to 24h");
    }
    settings.throwIfAny();
    return read;
  }

  /** Hands them out. */
  @ApplicationScoped
  public static class Producer {
    @Produces
    @Singleton
    static WebSecuritySettings settings(Config config) {
      return from(new Settings(config));
    }

    @Produces
    @Singleton
    static ClientAddress addresses(Config config) {
      Settings settings = new Settings(config);
      ClientAddress read = ClientAddress.from(settings);
      settings.throwIfAny();
      return read;
    }
  }
}
