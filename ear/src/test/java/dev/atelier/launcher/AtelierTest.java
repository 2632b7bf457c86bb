// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AtelierTest {
  @ParameterizedTest
  @ValueSource(strings = {"ANSI_X3.4-1968", "ISO-8859-1", "GB18030", ""})
  void aLocaleThatCannotNameEveryFileIsRefused(String encoding) {
    assertThatThrownBy(() -> Atelier.requireUnicodeNames(encoding))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContainingAll(encoding, "LC_ALL=C.UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "utf8"})
  void aLocaleInUtf8IsNot(String encoding) {
    assertThatCode(() -> Atelier.requireUnicodeNames(encoding)).doesNotThrowAnyException();
  }
}
