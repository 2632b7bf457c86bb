// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import dev.atelier.workspace.content.NativeCryptography;
import dev.atelier.workspace.security.SecuritySettings.User;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Recognizes people by their passwords and programs by their tokens and certificates. */
public class Identities {
  /** Whose hash is tried where there is no such user, so that it takes as long. */
  private static final class Nobody {
    private static final PasswordHash PASSWORD =
        PasswordHash.of("nobody", NativeCryptography.hmacSha256());
  }

  /** So long a password need not be hashed again: scripts send it with each request. */
  private static final Duration REMEMBERED = Duration.ofMinutes(5);

  private static final int MOST_REMEMBERED = 1_000;

  private final SecuritySettings settings;
  private final InstantSource clock;
  private final SecretKeySpec key;
  private final Map<String, Instant> remembered =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  /** Knows these. */
  public Identities(SecuritySettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    this.key = new SecretKeySpec(secret, "HmacSHA256");
  }

  /** These, and one more by its token. */
  public Identities with(String token, Identity who) {
    Map<String, Identity> tokens = new LinkedHashMap<>(settings.tokens());
    tokens.put(sha256(token), who);
    return new Identities(
        new SecuritySettings(settings.users(), tokens, settings.certificates()), clock);
  }

  /** Whether any token or certificate is known, so that programs can be asked for one. */
  public boolean knowsPrograms() {
    return !settings.tokens().isEmpty() || !settings.certificates().isEmpty();
  }

  /** Whether any token is known. */
  public boolean knowsTokens() {
    return !settings.tokens().isEmpty();
  }

  /** Who has that name and password, if that was found out a few minutes ago; takes no time. */
  Optional<Identity> remembered(String name, String password) {
    User user = settings.users().get(name);
    return user != null && recent(memory(name, password))
        ? Optional.of(new Identity(name, user.scope()))
        : Optional.empty();
  }

  /** Who has that name and password; takes some tenths of a second of a processor. */
  Optional<Identity> user(String name, String password) {
    User user = settings.users().get(name);
    PasswordHash hash = user == null ? Nobody.PASSWORD : user.password();
    boolean right = hash.matches(password, NativeCryptography.hmacSha256());
    if (user == null || !right) {
      return Optional.empty();
    }
    remember(memory(name, password));
    return Optional.of(new Identity(name, user.scope()));
  }

  private String memory(String name, String password) {
    return name + " " + mac(name + '\0' + password);
  }

  private synchronized boolean recent(String memory) {
    Instant at = remembered.get(memory);
    return at != null && at.plus(REMEMBERED).isAfter(clock.instant());
  }

  private synchronized void remember(String memory) {
    remembered.remove(memory);
    remembered.put(memory, clock.instant());
  }

  /** Who has that token. */
  public Optional<Identity> token(String token) {
    // By its digest: how long that takes says nothing of any token.
    return Optional.ofNullable(settings.tokens().get(sha256(token)));
  }

  /**
   * Who has a certificate that an authority of ours has signed.
   *
   * @param otherwise what those may do of whom nothing is said
   */
  public Identity certificate(String commonName, Scope otherwise) {
    return new Identity(commonName, settings.certificates().getOrDefault(commonName, otherwise));
  }

  /** The SHA-256 of a token in lower-case hexadecimal, as the configuration has it. */
  public static String sha256(String token) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has this function", e);
    }
  }

  /** The same for the same text, in this process alone; says nothing of it. */
  String mac(String text) {
    try {
      Mac mac = PasswordHash.hmac();
      mac.init(key);
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("any bytes are a key", e);
    }
  }
}
