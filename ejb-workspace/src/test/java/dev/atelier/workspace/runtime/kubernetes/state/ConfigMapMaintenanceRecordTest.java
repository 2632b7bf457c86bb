// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigMapMaintenanceRecordTest {
  private static final String END = "2030-01-31T12:00:00Z";

  private final ConfigMapMaintenanceRecord record = new ConfigMapMaintenanceRecord(null, "ns");
  private final List<Optional<Instant>> heard = new ArrayList<>();
  private int revision;

  @BeforeEach
  void begin() {
    record.watch(heard::add);
    present(Map.of("config.json", "{\"enabledUntil\": \"" + END + "\"}"));
  }

  @AfterEach
  void close() {
    record.close();
  }

  private void present(Map<String, String> data) {
    revision++;
    ConfigMap map =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName(ConfigMapMaintenanceRecord.NAME)
            .withResourceVersion(Integer.toString(revision))
            .endMetadata()
            .withData(data)
            .build();
    record.present(map);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"enabledUntil\": \"tomorrow\"}",
        "{\"enabledUntil\": 5}",
        "{\"enabledUntil\": \"\"}",
        "{\"enabledUntill\": null}",
        "{\"enabledUntil\": \"2031-01-31T12:00:00Z\"",
        "[]",
        "null",
        "none"
      })
  void typingErrorDoesNotEndMaintenance(String text) {
    present(Map.of("config.json", text));
    assertThat(record.read()).contains(Instant.parse(END));

    present(Map.of("config.jsn", "{}"));
    assertThat(record.read()).contains(Instant.parse(END));
    assertThat(heard).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"enabledUntil\": null}", "{}", ""})
  void whatSaysThatThereIsNoneEndsIt(String text) {
    present(Map.of("config.json", text));
    assertThat(record.read()).isEmpty();
    assertThat(heard).hasSize(2);
  }

  @Test
  void emptyConfigMapEndsIt() {
    present(Map.of());
    assertThat(record.read()).isEmpty();
  }
}
