// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.config.MapConfig;
import dev.atelier.workspace.config.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GrpcConfigTest {

  @Test
  void withoutConfigurationItIsLoopbackAndPort9000() {
    GrpcConfig config = GrpcConfig.from(new Settings(new MapConfig(Map.of())), false);
    assertThat(config.host().getHostAddress()).isEqualTo("127.0.0.1");
    assertThat(config.port()).isEqualTo(9000);
    assertThat(config.threads()).isEqualTo(64);
    assertThat(config.callsPerConnection()).isEqualTo(5_000);
    assertThat(config.connections()).isEqualTo(2_000);
    assertThat(config.subscriptions()).isEqualTo(10_000);
  }

  @Test
  void everyFaultIsToldAtOnce() {
    Settings settings =
        new Settings(
            new MapConfig(
                Map.of(
                    "atelier.grpc.host", "0.0.0.0",
                    "atelier.grpc.port", "70000",
                    "atelier.grpc.threads", "none")));
    assertThatThrownBy(() -> GrpcConfig.from(settings, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("loopback")
        .hasMessageContaining("atelier.grpc.port")
        .hasMessageContaining("atelier.grpc.threads")
        .hasMessageNotContaining("\n");
  }
}
