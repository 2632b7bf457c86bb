// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuessesTest {
  private static final String HERE = "192.0.2.1";
  private static final String ELSEWHERE = "198.51.100.7";

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final Guesses guesses = new Guesses(() -> now);

  /** How long the next try has to wait; one that need not is made, and fails. */
  private Duration tried(String account, String address) {
    try {
      guesses.begin(account, address);
      return Duration.ZERO;
    } catch (TooManyGuesses refused) {
      return refused.left();
    }
  }

  @Test
  void eachFailureCostsTwiceAsMuchUpToFifteenMinutes() {
    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Duration wait = tried("anna", HERE);
      if (!wait.isZero()) {
        now = now.plus(wait);
        assertThat(tried("anna", HERE)).isZero();
      }
      waits.add(wait);
    }
    assertThat(waits.subList(0, 6))
        .containsExactly(
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(4));
    assertThat(waits.get(19)).isEqualTo(Duration.ofMinutes(15));
  }

  @Test
  void triesAtTheSameMomentAreCountedBeforeTheyAreCompared() {
    long made = 0;
    for (int i = 0; i < 100; i++) {
      made += tried("anna", HERE).isZero() ? 1 : 0;
    }
    assertThat(made).isEqualTo(3);
  }

  @Test
  void nobodyIsKeptOutFromElsewhere() {
    for (int i = 0; i < 10; i++) {
      tried("anna", ELSEWHERE);
    }
    assertThat(tried("anna", ELSEWHERE)).isPositive();
    assertThat(tried("anna", HERE)).isZero();
    assertThat(tried("bob", ELSEWHERE)).isZero();
  }

  @Test
  void whoSucceedsIsFreeAgainAndNobodyElseIs() {
    for (int i = 0; i < 4; i++) {
      tried("anna", HERE);
      tried("anna", ELSEWHERE);
    }
    guesses.succeeded("anna", HERE);
    assertThat(tried("anna", HERE)).isZero();
    assertThat(tried("anna", ELSEWHERE)).isPositive();
  }

  @Test
  void whatWasNotComparedDoesNotCount() {
    for (int i = 0; i < 10; i++) {
      assertThat(tried("anna", HERE)).isZero();
      guesses.withdrawn("anna", HERE);
    }
  }

  @Test
  void failuresAreForgottenAfterAnHour() {
    for (int i = 0; i < 4; i++) {
      tried("anna", HERE);
    }
    now = now.plus(Duration.ofMinutes(61));
    for (int i = 0; i < 3; i++) {
      assertThat(tried("anna", HERE)).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2001:db8:1:2::1, 2001:db8:1:2:ffff::9, true",
    "2001:db8:1:2::1, 2001:db8:1:3::1, false",
    "192.0.2.1, 192.0.2.2, false",
    "::ffff:192.0.2.1, 192.0.2.1, true",
    "fe80::1%5, fe80::2%5, true"
  })
  void aNetworkOfVersionSixIsOneAddress(String one, String other, boolean same) {
    assertThat(Guesses.network(one).equals(Guesses.network(other))).isEqualTo(same);
  }
}
