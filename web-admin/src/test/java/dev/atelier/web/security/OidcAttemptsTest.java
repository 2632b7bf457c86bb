// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.Cookie;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OidcAttemptsTest {
  @Test
  void eachTabComesBackToWhereItBegan() {
    OidcAttempt first = OidcAttempt.to("/a");
    OidcAttempt second = OidcAttempt.to("/b");
    OidcAttempts both = sent(List.of(first, second));

    assertThat(both.find(first.state())).contains(first);
    assertThat(both.find(second.state())).contains(second);
    assertThat(both.find("another")).isEmpty();
  }

  @Test
  void tabsThatNeverCameBackAreForgottenBeforeARequestGrowsTooLong() {
    List<OidcAttempt> kept = new ArrayList<>();
    for (int tab = 0; tab < 100; tab++) {
      OidcAttempt next = OidcAttempt.to("/" + "x".repeat(tab * 10));
      List<String> gone = sent(kept).excess(next);
      kept.removeIf(one -> gone.contains(OidcAttempts.keep(one).getName()));
      kept.add(next);

      assertThat(kept.stream().mapToInt(one -> one.cookie().length()).sum())
          .isLessThanOrEqualTo(4_000);
      assertThat(sent(kept).find(next.state())).contains(next);
    }
    assertThat(kept).hasSizeGreaterThan(1);
  }

  @Test
  void aPageThatNoCookieCanHoldBecomesTheFirst() {
    assertThat(SignInServlet.target("/" + "x".repeat(3_500))).isEqualTo("/");
    assertThat(SignInServlet.target("/" + "\u4e2d".repeat(1_000))).isEqualTo("/");
    assertThat(SignInServlet.target("/workspaces?q=x")).isEqualTo("/workspaces?q=x");
  }

  private static OidcAttempts sent(List<OidcAttempt> attempts) {
    return OidcAttempts.of(attempts.stream().map(OidcAttempts::keep).toArray(Cookie[]::new));
  }
}
