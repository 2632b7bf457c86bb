// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.config.MapConfig;
import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.content.store.ContentStoreSettings;
import dev.atelier.workspace.content.store.ContentStoreSettings.Bucket;
import dev.atelier.workspace.content.store.ContentStoreSettings.Credentials;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ContentStoreProducerTest {
  private static final String KEYS = "atelier.content.store.";
  private static final Path DATA = Path.of("/data/content");

  @Test
  void contentIsInTheDataFolderByDefault() {
    assertThat(read(Map.of())).isEqualTo(ContentStoreSettings.in(DATA));
  }

  @Test
  void aBucketAloneIsEnough() {
    assertThat(read(Map.of(KEYS + "bucket", "kept")).bucket()).contains(Bucket.of("kept"));
  }

  @Test
  void everyKeyIsRead() {
    assertThat(read(Map.of(KEYS + "folder", "/elsewhere")).folder())
        .isEqualTo(Path.of("/elsewhere"));
    Map<String, String> values =
        Map.ofEntries(
            Map.entry(KEYS + "bucket", "kept"),
            Map.entry(KEYS + "prefix", "a/b"),
            Map.entry(KEYS + "endpoint", "http://127.0.0.1:9000"),
            Map.entry(KEYS + "region", "eu-central-1"),
            Map.entry(KEYS + "path-style", "true"),
            Map.entry(KEYS + "access-key", "id"),
            Map.entry(KEYS + "secret-key", "hidden"),
            Map.entry(KEYS + "checksums", "false"),
            Map.entry(KEYS + "part-size", "64Mi"),
            Map.entry(KEYS + "parallel", "2"),
            Map.entry(KEYS + "attempts", "7"),
            Map.entry(KEYS + "connect-timeout", "3s"),
            Map.entry(KEYS + "timeout", "4s"));
    assertThat(read(values).bucket())
        .contains(
            new Bucket(
                "kept",
                "a/b/",
                Optional.of(URI.create("http://127.0.0.1:9000")),
                "eu-central-1",
                true,
                Optional.of(new Credentials("id", "hidden")),
                false,
                64 << 20,
                2,
                7,
                Duration.ofSeconds(3),
                Duration.ofSeconds(4)));
    assertThat(read(values).toString()).doesNotContain("hidden");
  }

  @Test
  void allFaultsAreSaidAtOnceAndNoSecret() {
    assertThatThrownBy(
            () ->
                read(
                    Map.of(
                        KEYS + "bucket", "no bucket",
                        KEYS + "folder", "/elsewhere",
                        KEYS + "prefix", "a/../b",
                        KEYS + "endpoint", "http://user:hidden@host",
                        KEYS + "secret-key", "hidden",
                        KEYS + "part-size", "1Mi",
                        KEYS + "parallel", "0",
                        KEYS + "attempts", "21",
                        KEYS + "timeout", "-1s")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "store.bucket",
            "store.folder",
            "store.prefix",
            "store.endpoint",
            "store.access-key",
            "store.part-size",
            "store.parallel",
            "store.attempts",
            "store.timeout")
        .hasMessageNotContaining("hidden");
  }

  private static ContentStoreSettings read(Map<String, String> values) {
    return ContentStoreProducer.read(new Settings(new MapConfig(values)), DATA);
  }
}
