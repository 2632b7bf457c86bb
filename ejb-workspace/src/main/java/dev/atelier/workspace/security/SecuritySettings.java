// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import dev.atelier.workspace.config.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Who is known by configuration.
 *
 * @param users by their names
 * @param tokens what they may do, by the SHA-256 of each token in lower-case hexadecimal
 * @param certificates scopes by the name of a client's certificate
 */
public record SecuritySettings(
    Map<String, User> users, Map<String, Identity> tokens, Map<String, Scope> certificates) {
  private static final String USERS = "atelier.security.users.";
  private static final String TOKENS = "atelier.security.tokens.";
  private static final String TOKENS_FILE = "atelier.security.tokens-file";
  private static final String CERTIFICATES = "atelier.security.certificates.";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._@-]{1,63}");
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-fA-F]{64}");

  /** Nobody. */
  public static final SecuritySettings NONE = new SecuritySettings(Map.of(), Map.of(), Map.of());

  /** Copies what was given. */
  public SecuritySettings {
    users = Map.copyOf(users);
    tokens = Map.copyOf(tokens);
    certificates = Map.copyOf(certificates);
  }

  /**
   * Somebody with a password.
   *
   * @param scope {@link Scope#READ} for a viewer, {@link Scope#ADMIN} for an admin
   */
  public record User(PasswordHash password, Scope scope) {}

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException with everything that is wrong
   */
  public static SecuritySettings from(Settings settings) {
    Map<String, Identity> tokens = new TreeMap<>();
    grouped(settings, TOKENS).forEach((name, keys) -> token(settings, name, keys, tokens));
    settings.text(TOKENS_FILE).ifPresent(file -> file(settings, file, tokens));
    SecuritySettings read = new SecuritySettings(users(settings), tokens, certificates(settings));
    settings.throwIfAny();
    return read;
  }

  private static Map<String, User> users(Settings settings) {
    Map<String, User> users = new LinkedHashMap<>();
    grouped(settings, USERS)
        .forEach(
            (name, keys) -> {
              String key = USERS + name;
              named(settings, key, name);
              Optional<PasswordHash> password =
                  PasswordHash.parse(keys.getOrDefault("password", "")).filter(PasswordHash::slow);
              if (password.isEmpty()) {
                // Not shown: it may be the password itself.
                settings.fault(
                    key + ".password",
                    "...",
                    "a hash as \"java -jar atelier.jar hash-password\" makes");
              }
              String role = keys.getOrDefault("role", "viewer");
              if (!role.equals("viewer") && !role.equals("admin")) {
                settings.fault(key + ".role", role, "viewer or admin");
              }
              Scope scope = role.equals("admin") ? Scope.ADMIN : Scope.READ;
              password.ifPresent(hash -> users.put(name, new User(hash, scope)));
              keys.keySet().stream()
                  .filter(one -> !List.of("password", "role").contains(one))
                  .forEach(one -> settings.fault(key + "." + one, keys.get(one), "not set"));
            });
    return users;
  }

  private static void token(
      Settings settings, String name, Map<String, String> keys, Map<String, Identity> into) {
    String key = TOKENS + name;
    named(settings, key, name);
    String digest = keys.getOrDefault("hash", "");
    if (!DIGEST.matcher(digest).matches()) {
      settings.fault(
          key + ".hash", "...", "sha256: and the 64 hexadecimal digits of the token's SHA-256");
      return;
    }
    Scope scope = scope(settings, key + ".scope", keys.getOrDefault("scope", "read"));
    into.put(hex(digest), new Identity(name, scope));
  }

  /** Lines {@code NAME SCOPE sha256:HEX}; empty ones and those with # are left out. */
  private static void file(Settings settings, String file, Map<String, Identity> into) {
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of(file), StandardCharsets.UTF_8);
    } catch (IOException | InvalidPathException e) {
      settings.fault(TOKENS_FILE, file, "a file that can be read (" + e + ")");
      return;
    }
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String[] words = line.split("\\s+", -1);
      String key = TOKENS_FILE + " line " + (i + 1);
      if (words.length != 3 || !DIGEST.matcher(words[2]).matches()) {
        settings.fault(key, "...", "NAME SCOPE sha256:HEX");
        continue;
      }
      named(settings, key, words[0]);
      into.put(hex(words[2]), new Identity(words[0], scope(settings, key, words[1])));
    }
  }

  private static Map<String, Scope> certificates(Settings settings) {
    Map<String, Scope> scopes = new TreeMap<>();
    settings
        .below(CERTIFICATES)
        .forEach((name, value) -> scopes.put(name, scope(settings, CERTIFICATES + name, value)));
    return scopes;
  }

  /** A scope by its name in lower case. */
  public static Scope scope(Settings settings, String key, String value) {
    for (Scope scope : Scope.values()) {
      if (scope.name().toLowerCase(Locale.ROOT).equals(value)) {
        return scope;
      }
    }
    settings.fault(key, value, "read, operate or admin");
    return Scope.READ;
  }

  private static void named(Settings settings, String key, String name) {
    if (!NAME.matcher(name).matches()) {
      settings.fault(key, name, "named by 1 to 63 letters, digits, dots, hyphens, _ and @");
    }
  }

  /** The keys below a prefix, by what is before their last dot. */
  private static Map<String, Map<String, String>> grouped(Settings settings, String prefix) {
    Map<String, Map<String, String>> groups = new TreeMap<>();
    settings
        .below(prefix)
        .forEach(
            (key, value) -> {
              int dot = key.lastIndexOf('.');
              String name = dot < 0 ? key : key.substring(0, dot);
              String last = dot < 0 ? "" : key.substring(dot + 1);
              groups.computeIfAbsent(name, none -> new TreeMap<>()).put(last, value.strip());
            });
    return groups;
  }

  private static String hex(String digest) {
    return digest.substring("sha256:".length()).toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return "%d users, %d tokens, %d certificates"
        .formatted(users.size(), tokens.size(), certificates.size());
  }
}
