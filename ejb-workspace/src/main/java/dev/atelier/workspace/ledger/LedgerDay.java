// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import java.time.DateTimeException;
import java.time.LocalDate;

/** A day in UTC that the ledger is asked for, by people and programs. */
public final class LedgerDay {
  private static final int LAST_YEAR = 9999;

  private LedgerDay() {}

  /**
   * Reads one, from 0001-01-01 to 9999-12-31: around other days one cannot count, nor ask a
   * database.
   *
   * @throws DateTimeException it is none
   */
  public static LocalDate parse(String text) {
    LocalDate day = LocalDate.parse(text);
    if (day.getYear() < 1 || day.getYear() > LAST_YEAR) {
      throw new DateTimeException("its year has more than four digits, or is before the first");
    }
    return day;
  }
}
