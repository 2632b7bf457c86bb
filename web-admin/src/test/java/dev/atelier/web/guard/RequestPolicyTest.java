// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.web.guard.RequestPolicy.Asked;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPolicyTest {
  private static final String ADDRESS = "10.1.2.3";

  private final RequestPolicy policy = new RequestPolicy(Set.of("console.example", "[fd00::1]:80"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:8080",
        "LOCALHOST:8080",
        "127.0.0.1:8080",
        "[::1]:8080",
        "10.1.2.3:8080",
        "console.example",
        "console.example:8443",
        "[fd00::1]:80"
      })
  void ourNamesAreServed(String host) {
    assertThat(policy.refusal(get(host, null, null, null, null))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "localhost:8081",
        "localhost.:8080",
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example:8080",
        "127.0.0.1.evil.example:8080",
        "evil.example:8080@localhost:8080",
        "0.0.0.0:8080",
        "10.1.2.3",
        "10.1.2.3:8081",
        "10.1.2.4:8080",
        "10.1.2.3.evil.example:8080",
        "169.254.169.254:8080",
        "[fd00::1]",
        "xconsole.example"
      })
  void otherNamesAreRefused(String host) {
    assertThat(policy.refusal(get(host, null, null, null, null))).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "fd00:0:0:0:0:0:0:2,[fd00::2]:8080,true",
    "fd00:0:0:0:0:0:0:2,[fd00:0::2]:8080,true",
    "fd00:0:0:0:0:0:0:2,[fd00::3]:8080,false",
    "fd00:0:0:0:0:0:0:2,[fd00::2]:8081,false",
    "fd00:0:0:0:0:0:0:2,[evil.example]:8080,false",
    "10.1.2.3,[fd00::2]:8080,false",
  })
  void theAddressThatWasAskedIsServed(String address, String host, boolean served) {
    Asked asked =
        new Asked("GET", address, 8080, List.of(host), null, null, null, null, false, false);
    assertThat(policy.refusal(asked).isEmpty()).isEqualTo(served);
  }

  @Test
  void exactlyOneHostIsNeeded() {
    assertThat(
            policy.refusal(
                new Asked("GET", ADDRESS, 8080, List.of(), null, null, null, null, false, false)))
        .isPresent();
    assertThat(
            policy.refusal(
                new Asked(
                    "GET",
                    ADDRESS,
                    8080,
                    List.of("localhost:8080", "evil.example"),
                    null,
                    null,
                    null,
                    null,
                    false,
                    false)))
        .isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:8080,true",
    "https://localhost:8080,true",
    "HTTP://LOCALHOST:8080,true",
    "http://localhost:3000,false",
    "http://127.0.0.1:8080,false",
    "http://localhost,false",
    "http://localhost:8080.evil.example,false",
    "null,false",
    "file://,false",
    "'',false"
  })
  void anOriginMustBeTheHostThatWasAsked(String origin, boolean served) {
    assertThat(policy.refusal(get("localhost:8080", origin, null, null, null)).isEmpty())
        .isEqualTo(served);
    assertThat(
            policy
                .refusal(asked("POST", "localhost:8080", origin, null, null, null, false))
                .isEmpty())
        .isEqualTo(served);
  }

  @Test
  void aChangeMustSayWhereItComesFrom() {
    assertThat(policy.refusal(asked("POST", "localhost:8080", null, null, null, null, false)))
        .isPresent();
    assertThat(policy.refusal(asked("POST", "localhost:8080", null, "none", null, null, false)))
        .isPresent();
    assertThat(
            policy.refusal(asked("POST", "localhost:8080", null, "same-origin", null, null, false)))
        .isEmpty();
  }

  @Test
  void aHandshakeMustSayWhereItComesFrom() {
    assertThat(policy.refusal(asked("GET", "localhost:8080", null, null, null, null, true)))
        .isPresent();
    assertThat(
            policy.refusal(
                asked(
                    "GET",
                    "localhost:8080",
                    "http://evil.example",
                    "cross-site",
                    "websocket",
                    "empty",
                    true)))
        .isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "same-origin,cors,empty,true",
    "none,navigate,document,true",
    "cross-site,navigate,document,true",
    "same-site,navigate,document,true",
    "cross-site,navigate,iframe,false",
    "same-site,navigate,frame,false",
    "cross-site,no-cors,script,false",
    "cross-site,no-cors,image,false",
    "same-site,cors,empty,false",
    "odd,cors,empty,false"
  })
  void otherSitesMayOnlyLinkToUs(String site, String mode, String dest, boolean served) {
    assertThat(policy.refusal(get("localhost:8080", null, site, mode, dest)).isEmpty())
        .isEqualTo(served);
  }

  @Test
  void otherSitesMayNotPostEvenByNavigating() {
    assertThat(
            policy.refusal(
                asked("POST", "localhost:8080", null, "cross-site", "navigate", "document", false)))
        .isPresent();
  }

  @Test
  void hostsAreReadFromAListAndFaultsAreNamedAtOnce() {
    assertThat(AllowedHosts.parse(" A.example, b.example:81 ,[::2]"))
        .containsExactlyInAnyOrder("a.example", "b.example:81", "[::2]");
    assertThat(AllowedHosts.parse("")).isEmpty();
    assertThatThrownBy(() -> AllowedHosts.parse("http://a,b/c,d"))
        .hasMessageContaining("http://a")
        .hasMessageContaining("b/c");
  }

  private static Asked get(String host, String origin, String site, String mode, String dest) {
    return asked("GET", host, origin, site, mode, dest, false);
  }

  private static Asked asked(
      String method,
      String host,
      String origin,
      String site,
      String mode,
      String dest,
      boolean upgrade) {
    return new Asked(
        method, ADDRESS, 8080, List.of(host), origin, site, mode, dest, upgrade, false);
  }

  @Test
  void programsThatSendCredentialsNeedNoOrigin() {
    List<String> hosts = List.of("localhost:8080");
    assertThat(
            policy.refusal(
                new Asked("POST", ADDRESS, 8080, hosts, null, null, null, null, false, true)))
        .isEmpty();
    assertThat(
            policy.refusal(
                new Asked("POST", ADDRESS, 8080, hosts, null, null, null, null, false, false)))
        .isPresent();
    assertThat(
            policy.refusal(
                new Asked(
                    "POST",
                    ADDRESS,
                    8080,
                    hosts,
                    "http://evil.example",
                    null,
                    null,
                    null,
                    false,
                    true)))
        .isPresent();
    assertThat(
            policy.refusal(
                new Asked(
                    "POST",
                    ADDRESS,
                    8080,
                    hosts,
                    null,
                    "cross-site",
                    "no-cors",
                    null,
                    false,
                    true)))
        .isPresent();
  }
}
