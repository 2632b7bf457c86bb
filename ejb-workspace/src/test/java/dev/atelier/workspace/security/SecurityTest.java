// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.config.MapConfig;
import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.content.NativeCryptography;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecurityTest {
  /** Longer than a block of the hash function. */
  private static final String LONG =
      "0123456789012345678901234567890123456789012345678901234567890123456789";

  private Instant now = Instant.parse("2030-01-01T00:00:00Z");

  private static SecuritySettings settings(Map<String, String> config) {
    return SecuritySettings.from(new Settings(new MapConfig(config)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "pass", "Grüße, 世界", LONG})
  void passwordHashesAreThoseOfJava(String password) throws Exception {
    byte[] salt = "sixteen or more!".getBytes(UTF_8);
    byte[] hash =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
            .generateSecret(new PBEKeySpec(password.toCharArray(), salt, 100_000, 256))
            .getEncoded();
    Base64.Encoder encoder = Base64.getEncoder();
    PasswordHash read =
        PasswordHash.parse(
                "pbkdf2-sha256$100000$%s$%s"
                    .formatted(encoder.encodeToString(salt), encoder.encodeToString(hash)))
            .orElseThrow();
    assertThat(read.matches(password, NativeCryptography.hmacSha256())).isTrue();
    assertThat(read.matches(password, PasswordHash.hmac())).isTrue();
    assertThat(read.matches(password + "x", PasswordHash.hmac())).isFalse();
  }

  @Test
  void aHashKnowsItsPasswordAndIsReadBack() {
    PasswordHash hash = PasswordHash.of("correct horse", PasswordHash.hmac());
    PasswordHash read = PasswordHash.parse(hash.toString()).orElseThrow();
    assertThat(read).isEqualTo(hash);
    assertThat(read.matches("correct horse", NativeCryptography.hmacSha256())).isTrue();
    assertThat(read.matches("correct horsf", PasswordHash.hmac())).isFalse();
    assertThat(PasswordHash.of("correct horse", PasswordHash.hmac())).isNotEqualTo(hash);
  }

  @Test
  void aHashThatIsTooWeakForAPasswordOfPeopleIsAFault() {
    String hash = "pbkdf2-sha256$1000$AAAAAAAAAAAAAAAAAAAAAA==$" + "A".repeat(43) + "=";
    assertThatThrownBy(() -> settings(Map.of("atelier.security.users.anna.password", hash)))
        .hasMessageContaining("users.anna.password");
    assertThat(PasswordHash.parse("secret")).isEmpty();
  }

  @Test
  void everyFaultIsToldAtOnceAndNoSecretWithIt() {
    assertThatThrownBy(
            () ->
                settings(
                    Map.of(
                        "atelier.security.users.anna.password", "secret",
                        "atelier.security.users.anna.role", "king",
                        "atelier.security.tokens.ci.hash", "also-secret",
                        "atelier.security.certificates.ci", "all")))
        .hasMessageContaining("users.anna.password")
        .hasMessageContaining("users.anna.role")
        .hasMessageContaining("tokens.ci.hash")
        .hasMessageContaining("certificates.ci")
        .hasMessageNotContaining("secret\"");
  }

  @Test
  void tokensAreKnownByTheirHashFromBothPlaces(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("tokens");
    Files.writeString(
        file, "# those of CI\n\nci operate sha256:" + Identities.sha256("two") + "\n");
    Identities identities =
        new Identities(
            settings(
                Map.of(
                    "atelier.security.tokens.dashboard.hash",
                    "sha256:" + Identities.sha256("one"),
                    "atelier.security.tokens-file",
                    file.toString())),
            () -> now);
    assertThat(identities.token("one")).hasValue(new Identity("dashboard", Scope.READ));
    assertThat(identities.token("two")).hasValue(new Identity("ci", Scope.OPERATE));
    assertThat(identities.token("three")).isEmpty();
  }

  @Test
  void usersAreKnownByTheirPasswords() {
    Identities identities =
        new Identities(
            settings(
                Map.of(
                    "atelier.security.users.anna.password",
                    PasswordHash.of("right", PasswordHash.hmac()).toString(),
                    "atelier.security.users.anna.role",
                    "admin")),
            () -> now);
    assertThat(identities.user("anna", "wrong")).isEmpty();
    assertThat(identities.user("anna", "right")).hasValue(new Identity("anna", Scope.ADMIN));
    assertThat(identities.user("anna", "right")).isPresent();
    assertThat(identities.user("bob", "right")).isEmpty();
  }

  @Test
  void aFirstPasswordIsToldOnceAndItsHashKept(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("admin-password");
    List<String> told = new ArrayList<>();
    PasswordRecord record = new FilePasswordRecord(file);
    PasswordHash first = FirstPassword.in(record, told::add);
    PasswordHash again = FirstPassword.in(record, told::add);
    assertThat(told).hasSize(1);
    assertThat(first.matches(told.get(0), PasswordHash.hmac())).isTrue();
    assertThat(again).isEqualTo(first);
    assertThat(Files.readString(file)).doesNotContain(told.get(0));
    Files.writeString(file, "nonsense");
    assertThatThrownBy(() -> FirstPassword.in(record, told::add)).hasMessageContaining("delete it");
  }

  @Test
  void everyCallIsInTheTable() {
    assertThat(CallScopes.all()).hasSize(14);
    assertThat(CallScopes.needed("NoSuchCall")).isEqualTo(Scope.ADMIN);
  }
}
