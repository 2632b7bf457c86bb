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
 * @param idle time without a request after which one ends, at least a second
 * @param secure whether browsers send the cookie over TLS alone
 * @param oidc whether people may sign in elsewhere
 */
public record WebSecuritySettings(Duration idle, boolean secure, boolean oidc) {

  static WebSecuritySettings from(Settings settings) {
    WebSecuritySettings read =
        new WebSecuritySettings(
            settings.duration("atelier.security.session-timeout", Duration.ofHours(8)),
            settings.flag("atelier.security.secure-cookies", false),
            settings.text("atelier.security.oidc.issuer").isPresent());
    if (read.idle.toSeconds() < 1 || read.idle.toDays() > 365) {
      settings.fault(
          "atelier.security.session-timeout", read.idle.toString(), "from 1s to 365 days");
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
  }
}
