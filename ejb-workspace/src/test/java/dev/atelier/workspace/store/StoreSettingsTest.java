// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.config.MapConfig;
import dev.atelier.workspace.config.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoreSettingsTest {
  @Test
  void withoutConfigurationItIsAFile() {
    assertThat(read(Map.of())).isEqualTo(StoreSettings.DEFAULT);
    assertThat(StoreSettings.DEFAULT.postgresql()).isFalse();
  }

  @Test
  void postgresqlIsConfigured() {
    StoreSettings settings =
        read(
            Map.of(
                "atelier.store.url", "jdbc:postgresql://db/atelier?password=hidden-1",
                "atelier.store.username", "ada",
                "atelier.store.password", "hidden-2",
                "atelier.store.pool-size", "20"));

    assertThat(settings)
        .isEqualTo(
            new StoreSettings(
                "jdbc:postgresql://db/atelier?password=hidden-1", "ada", "hidden-2", 20));
    assertThat(settings.postgresql()).isTrue();
    assertThat(settings.toString()).contains("jdbc:postgresql://db/atelier").doesNotContain("hid");
  }

  @Test
  void everyFaultIsSaidAtOnceAndNoPassword() {
    assertThatThrownBy(
            () ->
                read(
                    Map.of(
                        "atelier.store.url", "jdbc:mysql://db/atelier?password=hidden",
                        "atelier.store.pool-size", "0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("atelier.store.url")
        .hasMessageContaining("atelier.store.pool-size")
        .message()
        .doesNotContain("hidden");
  }

  @Test
  void passwordWithoutADatabaseIsRefused() {
    assertThatThrownBy(() -> read(Map.of("atelier.store.password", "hidden")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("atelier.store.url")
        .message()
        .doesNotContain("hidden");
  }

  private static StoreSettings read(Map<String, String> values) {
    return StoreSettings.from(new Settings(new MapConfig(values)));
  }
}
