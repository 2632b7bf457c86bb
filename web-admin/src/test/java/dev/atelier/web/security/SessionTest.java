// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.security.Identity;
import dev.atelier.workspace.security.Scope;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SessionTest {
  private static final Instant BEGUN = Instant.parse("2026-01-01T00:00:00Z");

  private final Session session =
      new Session(
          new Identity("anna", Scope.ADMIN), BEGUN, Duration.ofHours(24), Duration.ofHours(8));

  private static Instant after(int hours) {
    return BEGUN.plus(Duration.ofHours(hours));
  }

  @Test
  void endsWhenNobodyHasUsedIt() {
    assertThat(session.lasts(after(8).minusMillis(1))).isTrue();
    assertThat(session.lasts(after(8))).isFalse();
  }

  @Test
  void endsADayAfterTheSignInHoweverItIsUsed() {
    for (int hour = 0; hour < 24; hour++) {
      session.use(after(hour));
    }
    assertThat(session.lasts(after(24).minusMillis(1))).isTrue();
    assertThat(session.lasts(after(24))).isFalse();
  }

  @Test
  void endsBySignOut() {
    session.end();
    session.use(after(1));
    assertThat(session.lasts(after(1))).isFalse();
  }
}
