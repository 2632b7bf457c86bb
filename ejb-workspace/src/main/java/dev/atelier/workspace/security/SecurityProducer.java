// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import dev.atelier.workspace.DataFolder;
import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.domain.WorkspaceFault;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Map;
import org.eclipse.microprofile.config.Config;

/** Hands out who is known, as {@code atelier.security.*} says. */
@ApplicationScoped
public class SecurityProducer {
  /** Where the launcher looks for a password to print once; it forgets it then. */
  private static final String FIRST_PASSWORD = "atelier.launcher.first-password";

  private static final Logger LOG = System.getLogger(SecurityProducer.class.getName());

  @Produces
  @Singleton
  static Identities identities(
      Config config, DataFolder folder, Instance<PasswordRecord> record, InstantSource clock)
      throws WorkspaceFault {
    Settings settings = new Settings(config);
    SecuritySettings known = SecuritySettings.from(settings);
    boolean oidc = settings.text("atelier.security.oidc.issuer").isPresent();
    if (known.users().isEmpty() && !oidc) {
      PasswordHash hash = FirstPassword.in(record.get(), password -> tell(folder.root(), password));
      known =
          new SecuritySettings(
              Map.of(FirstPassword.USER, new SecuritySettings.User(hash, Scope.ADMIN)),
              known.tokens(),
              known.certificates());
    }
    LOG.log(Level.INFO, "known by configuration: {0}", known);
    return new Identities(known, clock);
  }

  @Produces
  @Singleton
  static Guesses guesses(InstantSource clock) {
    return new Guesses(clock);
  }

  @Produces
  @Singleton
  static PasswordChecks passwordChecks(Identities identities, Guesses guesses) {
    return new PasswordChecks(identities, guesses);
  }

  /** To the console by the launcher; without it into a file, since the server's output is a log. */
  private static void tell(Path root, String password) {
    if (System.getProperty(FIRST_PASSWORD) != null) {
      System.setProperty(FIRST_PASSWORD, password);
      return;
    }
    Path file = root.resolve("first-admin-password");
    try {
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, password + "\n", StandardOpenOption.WRITE);
      LOG.log(
          Level.WARNING,
          "no users are configured: the password of the user admin is in {0}; read it and delete"
              + " the file",
          file);
    } catch (IOException e) {
      throw new UncheckedIOException("the admin's password cannot be written to " + file, e);
    }
  }
}
