// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.config.MapConfig;
import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.domain.WorkspaceClass;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CoreSettingsTest {
  private static CoreSettings read(Map<String, String> values) {
    return CoreSettings.from(new Settings(new MapConfig(values)));
  }

  @Test
  void classesAreThoseThatAreNamed() {
    CoreSettings settings =
        read(
            Map.of(
                "atelier.classes", "small,large",
                "atelier.classes.alias.huge", "large",
                "atelier.class.large.cpu", "8"));
    assertThat(settings.classes().all())
        .extracting(WorkspaceClass::id)
        .containsExactly("large", "small");
    assertThat(settings.classes().find("huge").orElseThrow().resources().cpuMillis())
        .isEqualTo(8_000);
  }

  @Test
  void whatIsSaidOfAClassThatIsNotNamedIsRefused() {
    Map<String, String> wrong =
        Map.of(
            "atelier.class.large.cpu", "8",
            "atelier.classes.preferred", "small",
            "atelier.classes.alias.huge", "gone");
    assertThatThrownBy(() -> read(wrong))
        .hasMessageContaining(
            "atelier.class.large.cpu is \"8\" but should be of a class in atelier.classes")
        .hasMessageContaining("atelier.classes.preferred is \"small\"")
        .hasMessageContaining("atelier.classes.alias.huge is \"gone\"");
  }
}
