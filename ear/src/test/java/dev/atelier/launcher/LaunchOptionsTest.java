// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchOptionsTest {
  @TempDir Path folder;

  @Test
  void withoutConfigurationItListensOnLoopbackAndKeepsDataBesideIt() throws StartupFailure {
    LaunchOptions options = LaunchOptions.parse(List.of(), new Properties(), Map.of());

    assertThat(options.httpHost()).isEqualTo("127.0.0.1");
    assertThat(options.httpPort()).isEqualTo(8080);
    assertThat(options.dataDirectory()).isEqualTo(Path.of("atelier-data").toAbsolutePath());
    assertThat(options.logLevel()).isEqualTo(Level.INFO);
    assertThat(options.logFormat()).isEqualTo(LogFormat.TEXT);
    assertThat(options.settings()).isEmpty();
  }

  @Test
  void theCommandLineWinsOverPropertiesOverEnvironmentOverFile() throws Exception {
    Path file = config("atelier.http.port=1\natelier.http.host=file\natelier.grpc.port=4\n");
    Properties properties = new Properties();
    properties.setProperty("atelier.http.port", "2");
    properties.setProperty("atelier.log.level", "fine");
    Map<String, String> environment =
        Map.of("ATELIER_HTTP_PORT", "3", "ATELIER_HTTP_HOST", "environment");

    LaunchOptions options =
        LaunchOptions.parse(List.of("--config", file.toString()), properties, environment);
    assertThat(options.httpPort()).isEqualTo(2);
    assertThat(options.httpHost()).isEqualTo("environment");
    assertThat(options.logLevel()).isEqualTo(Level.FINE);
    assertThat(options.settings()).containsExactly(Map.entry("atelier.grpc.port", "4"));

    options =
        LaunchOptions.parse(
            List.of("--port=5", "--config=" + file, "--atelier.x.y=a=b"), properties, environment);
    assertThat(options.httpPort()).isEqualTo(5);
    assertThat(options.settings()).containsEntry("atelier.x.y", "a=b");
  }

  @Test
  void everyFaultIsNamedAtOnce() {
    assertThatThrownBy(
            () ->
                LaunchOptions.parse(
                    List.of(
                        "--prot=1",
                        "--config=" + folder.resolve("absent"),
                        "--atelier.http.port=65536",
                        "--atelier.log.format=xml"),
                    new Properties(),
                    Map.of("ATELIER_LOG_LEVEL", "loud")))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContainingAll("--prot=1", "absent", "65536", "xml", "loud")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aPortIsANumberInRange() {
    for (String port : List.of("-1", "65536", "", "http", "8080x")) {
      assertThatThrownBy(
              () -> LaunchOptions.parse(List.of("--port", port), new Properties(), Map.of()))
          .isInstanceOf(StartupFailure.class)
          .hasMessageContaining("atelier.http.port");
    }
  }

  private Path config(String text) throws IOException {
    return Files.writeString(folder.resolve("atelier.properties"), text);
  }
}
