// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HearerTest {
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "grpc-node-js/1.8.0, grpc-node-js",
    "bridge/7 grpc-go/1.60, bridge",
    "my bridge grpc-java/1.2, my bridge grpc-java",
    "grpcurl, grpcurl",
    "'', ''",
    "/1, ''",
  })
  void theProgramIsWhatComesBeforeTheFirstSlash(String userAgent, String program) {
    assertThat(Hearer.of("name", userAgent)).isEqualTo(new Hearer("name", program));
  }

  @Test
  void keysTellNameAndProgramApartAndAreShort() {
    assertThat(
            Set.of(
                new Hearer("a", "b").key(),
                new Hearer("b", "a").key(),
                new Hearer("ab", "").key(),
                new Hearer("", "ab").key(),
                new Hearer("a\0b", "").key(),
                new Hearer("a", "\0b").key(),
                new Hearer("x".repeat(30_000), "\uD800".repeat(30_000)).key()))
        .hasSize(7)
        .allMatch(key -> key.matches("[0-9a-f]{32}"));
    assertThat(new Hearer("a", "b").key()).isEqualTo(new Hearer("a", "b").key());
  }
}
