// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeardByTest {
  private static String caller(int number) {
    return "%032x".formatted(number);
  }

  @Test
  void theNewestVersionOfEachCallerCounts() {
    HeardBy heard = HeardBy.NOBODY.with(caller(1), 4).with(caller(2), 9).with(caller(1), 3);

    assertThat(heard.version(caller(1))).isEqualTo(4);
    assertThat(heard.version(caller(2))).isEqualTo(9);
    assertThat(heard.version(caller(3))).isZero();
    assertThat(heard.newest()).isEqualTo(9);
    assertThat(heard.with(heard)).isSameAs(heard);
  }

  @Test
  void whoWasAddedFirstGoesFirstWhereThereAreTooMany() {
    HeardBy heard = HeardBy.NOBODY;
    for (int i = 0; i < 10 * HeardBy.MOST; i++) {
      heard = heard.with(caller(i), 5);
    }

    assertThat(heard.versions())
        .hasSize(HeardBy.MOST)
        .containsKey(caller(10 * HeardBy.MOST - 1))
        .doesNotContainKey(caller(0));
    assertThat(HeardBy.of(heard.text())).isEqualTo(heard);
    assertThat(HeardBy.of(heard.text()).versions().keySet())
        .containsExactlyElementsOf(heard.versions().keySet());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "=",
        "00000000000000000000000000000001=",
        "0000000000000000000000000000000g=1",
        "{\"heard\": true}",
        "00000000000000000000000000000001=-4"
      })
  void whatAHandHasWrittenAndIsNoneSaysNothing(String text) {
    assertThat(HeardBy.of(text)).isEqualTo(HeardBy.NOBODY);
  }

  @Test
  void whatIsReadHasABoundToo() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      text.append(caller(i)).append("=99999999999999999999 ").append(caller(i)).append("=7\n");
    }

    assertThat(HeardBy.of(text.toString()).versions()).hasSize(HeardBy.MOST);
  }
}
