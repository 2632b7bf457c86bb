// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionSettingsTest {
  @TempDir Path folder;

  private ConnectionSettings settings(Map<String, String> flags, Map<String, String> environment)
      throws CommandFault {
    return ConnectionSettings.from(ConnectionSettings.Sources.read(flags, environment));
  }

  private Map<String, String> with(String name, String value) {
    return Map.of("XDG_CONFIG_HOME", folder.toString(), name, value);
  }

  @Test
  void withoutAnythingItIsTheLocalManager() throws CommandFault {
    assertThat(settings(Map.of(), with("ATELIER_TOKEN", "")))
        .hasToString("127.0.0.1:9000")
        .extracting(ConnectionSettings::token)
        .isEqualTo("");
  }

  @Test
  void flagWinsOverTheEnvironmentAndThatOverTheFile() throws Exception {
    Files.createDirectories(folder.resolve("atelier"));
    Files.writeString(
        folder.resolve("atelier/client.properties"), "address=file:1\nca-file=/ca\ntoken=t\n");

    ConnectionSettings file = settings(Map.of(), with("ATELIER_ADDRESS", ""));
    assertThat(file).hasToString("file:1 over TLS");
    assertThat(file.token()).isEqualTo("t");
    assertThat(file.ca()).contains(Path.of("/ca"));
    assertThat(settings(Map.of(), with("ATELIER_ADDRESS", "environment:2")).host())
        .isEqualTo("environment");
    assertThat(
            settings(Map.of("address", "flag:3"), with("ATELIER_ADDRESS", "environment:2")).host())
        .isEqualTo("flag");
  }

  @Test
  void tokenIsNotSentInPlainTextToOtherMachines() {
    assertThatThrownBy(
            () ->
                settings(
                    Map.of("address", "far.example.org:9000", "tls", "false"),
                    with("ATELIER_TOKEN", "hush")))
        .hasMessageContaining("TLS")
        .hasMessageNotContaining("hush");
  }

  @Test
  void tokenOfAManagerOnThisMachineIsFoundInItsDataDirectory() throws Exception {
    Files.writeString(folder.resolve("grpc-token"), "made-by_the-manager\n");
    Map<String, String> here = with("ATELIER_DATA_DIRECTORY", folder.toString());
    assertThat(settings(Map.of(), here).token()).isEqualTo("made-by_the-manager");
    assertThat(settings(Map.of("data-directory", folder.toString()), Map.of()).token())
        .isEqualTo("made-by_the-manager");
    assertThat(settings(Map.of("address", "far.example.org:9000"), here).token()).isEmpty();
    Files.writeString(folder.resolve("own"), "mine");
    assertThat(settings(Map.of("token-file", folder.resolve("own").toString()), here).token())
        .isEqualTo("mine");
    Files.writeString(folder.resolve("grpc-token"), "no\ntoken");
    assertThat(settings(Map.of(), here).token()).isEmpty();
  }

  @Test
  void faultsNameWhatIsWrong() {
    assertThatThrownBy(() -> settings(Map.of("address", "host"), Map.of()))
        .hasMessageContaining("HOST:PORT");
    assertThatThrownBy(() -> settings(Map.of("address", "host:70000"), Map.of()))
        .hasMessageContaining("host:70000");
    assertThatThrownBy(() -> settings(Map.of("tls", "maybe"), Map.of()))
        .hasMessageContaining("tls");
    assertThatThrownBy(() -> settings(Map.of("cert-file", "/c"), Map.of()))
        .hasMessageContaining("key-file");
    assertThatThrownBy(() -> settings(Map.of("config", "/no/such"), Map.of()))
        .hasMessageContaining("/no/such");
    assertThatThrownBy(() -> settings(Map.of("token-file", "/no/such"), Map.of()))
        .hasMessageContaining("/no/such");
  }
}
