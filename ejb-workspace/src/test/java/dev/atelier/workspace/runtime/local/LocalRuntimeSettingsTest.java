// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.domain.EnvironmentVariable.SecretKey;
import dev.atelier.workspace.runtime.script.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalRuntimeSettingsTest {
  private static LocalEntry entry(String name, String... images) {
    return new LocalEntry(
        name,
        List.of(images),
        Optional.of("x"),
        Map.of(),
        new Readiness.AtOnce(),
        Duration.ofSeconds(1));
  }

  @Test
  void firstEntryThatNamesTheImageIsTaken() {
    LocalRuntimeSettings settings =
        LocalRuntimeSettings.DEFAULT.withEntries(
            List.of(entry("any"), entry("go", "golang:*", "*/go"), entry("one", "a.b")));
    assertThat(settings.entry("golang:1.22").name()).isEqualTo("go");
    assertThat(settings.entry("registry/x/go").name()).isEqualTo("go");
    assertThat(settings.entry("a.b").name()).isEqualTo("one");
    assertThat(settings.entry("aXb").name()).isEqualTo("any");
    assertThat(LocalRuntimeSettings.DEFAULT.entry("aXb")).isEqualTo(LocalEntry.TASKS);
  }

  @Test
  void secretsAreFilesBelowTheirFolder(@TempDir Path folder) throws Exception {
    Files.createDirectories(folder.resolve("secrets/db"));
    Files.writeString(folder.resolve("secrets/db/password"), "p\n");
    Files.writeString(folder.resolve("outside"), "no");
    FileSecrets secrets = new FileSecrets(Optional.of(folder.resolve("secrets")));
    assertThat(secrets.find(new SecretKey("db", "password"))).contains("p");
    Files.writeString(folder.resolve("secrets/db/long"), "x".repeat(200_000));
    assertThat(secrets.find(new SecretKey("db", "long"))).contains("x".repeat(200_000));
    assertThat(secrets.find(new SecretKey("db", "absent"))).isEmpty();
    assertThat(secrets.find(new SecretKey("..", "outside"))).isEmpty();
    assertThat(secrets.find(new SecretKey("db", "../../outside"))).isEmpty();
    assertThat(secrets.find(new SecretKey("", "outside"))).isEmpty();
    assertThat(new FileSecrets(Optional.empty()).find(new SecretKey("db", "password"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "it's", "$HOME `id` \"x\" \\", "a\nb", "'", ""})
  void quotedWordsMeanThemselves(String text) throws Exception {
    Process process = new ProcessBuilder("sh", "-c", "printf %s " + Shell.quoted(text)).start();
    assertThat(process.getInputStream().readAllBytes()).asString().isEqualTo(text);
  }

  @Test
  void zeroBytesAreRefused() {
    assertThatThrownBy(() -> Shell.quoted("a\0b")).isInstanceOf(IllegalArgumentException.class);
  }
}
