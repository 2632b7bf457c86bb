// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.LocalDate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerDayTest {
  @ParameterizedTest
  @ValueSource(strings = {"0001-01-01", "2026-11-30", "9999-12-31"})
  void daysOfCalendarsAreRead(String text) {
    assertThat(LedgerDay.parse(text)).isEqualTo(LocalDate.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "+999999999-12-31",
        "-999999999-01-01",
        "+10000-01-01",
        "0000-12-31",
        "2026-02-30",
        "today",
        ""
      })
  void daysAroundWhichNobodyCanCountAreNone(String text) {
    assertThatThrownBy(() -> LedgerDay.parse(text)).isInstanceOf(DateTimeException.class);
  }
}
