// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.config.MapConfig;
import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.content.archive.ArchiveSettings;
import dev.atelier.workspace.content.initializer.ContentSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ContentProducerTest {

  @Test
  void defaultsReachLoopbackSinceTheManagerIsThereToo() {
    ContentSettings settings = read(Map.of());
    assertThat(settings).isEqualTo(ContentSettings.defaults(true));
    assertThat(settings.gitSchemes()).isEqualTo(Set.of("http", "https"));
  }

  @Test
  void loopbackIsClosedOnceTheManagerListensElsewhere() {
    assertThat(read(Map.of("atelier.http.host", "0.0.0.0")).egress().loopback()).isFalse();
    assertThat(read(Map.of("atelier.grpc.host", "10.0.0.1")).egress().loopback()).isFalse();
    assertThat(read(Map.of("atelier.grpc.host", "::1")).egress().loopback()).isTrue();
  }

  @Test
  void everyKeyIsRead() {
    ContentSettings settings =
        read(
            Map.of(
                "atelier.content.allow", "10.0.0.0/8, fd00::/8",
                "atelier.content.deny", "0.0.0.0/0",
                "atelier.content.git-timeout", "1h",
                "atelier.content.status-timeout", "2s",
                "atelier.content.download-timeout", "3m",
                "atelier.content.download-limit", "1Ki",
                "atelier.git.schemes", "https,ssh"));
    assertThat(settings.egress().allow()).hasSize(2);
    assertThat(settings.egress().deny()).hasToString("[0.0.0.0/0]");
    assertThat(settings.gitTimeout()).isEqualTo(Duration.ofHours(1));
    assertThat(settings.statusTimeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(settings.downloadTimeout()).isEqualTo(Duration.ofMinutes(3));
    assertThat(settings.downloadLimit()).isEqualTo(1024);
    assertThat(settings.gitSchemes()).isEqualTo(Set.of("https", "ssh"));
  }

  @Test
  void archivesAreMadeAsConfigured() {
    assertThat(archives(Map.of())).isEqualTo(ArchiveSettings.defaults());
    assertThat(
            archives(
                Map.of(
                    "atelier.archive.level", "9",
                    "atelier.archive.workers", "1",
                    "atelier.archive.most-entries", "1000")))
        .isEqualTo(new ArchiveSettings(9, 1, 1_000));
  }

  @Test
  void allFaultsOfArchivesAreSaidAtOnce() {
    assertThatThrownBy(
            () ->
                archives(
                    Map.of(
                        "atelier.archive.level", "10",
                        "atelier.archive.workers", "0",
                        "atelier.archive.most-entries", "none")))
        .hasMessageContaining("atelier.archive.level is \"10\"")
        .hasMessageContaining("atelier.archive.workers is \"0\"")
        .hasMessageContaining("atelier.archive.most-entries is \"none\"");
  }

  private static ArchiveSettings archives(Map<String, String> values) {
    return ContentProducer.readArchives(new Settings(new MapConfig(values)));
  }

  @Test
  void allFaultsAreSaidAtOnce() {
    assertThatThrownBy(
            () ->
                read(
                    Map.of(
                        "atelier.content.allow", "example.org",
                        "atelier.content.git-timeout", "-1s",
                        "atelier.content.download-limit", "0")))
        .hasMessageContaining("atelier.content.allow is \"example.org\"")
        .hasMessageContaining("atelier.content.git-timeout")
        .hasMessageContaining("atelier.content.download-limit");
  }

  private static ContentSettings read(Map<String, String> values) {
    return ContentProducer.read(new Settings(new MapConfig(values)));
  }
}
