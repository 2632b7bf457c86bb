// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlAuthorityTest {
  @ParameterizedTest
  @CsvSource({
    "example.org, '', example.org, ''",
    "Example.ORG:8443, '', example.org, 8443",
    "org@example.org:1, org, example.org, 1",
    "a@b:c@example.org:65535, a@b:c, example.org, 65535",
    "example.org:, '', example.org, ''",
    "example.org., '', example.org., ''",
    "git_server, '', git_server, ''",
    "_x.example.org, '', _x.example.org, ''",
    "b\u00fccher.test:80, '', xn--bcher-kva.test, 80",
    "B\u00dcCHER.test, '', xn--bcher-kva.test, ''",
    "xn--bcher-kva.test, '', xn--bcher-kva.test, ''",
    "127.0.0.1:3000, '', 127.0.0.1, 3000",
    "[2001:DB8::1], '', [2001:db8::1], ''",
    "me@[::1]:8080, me, [::1], 8080",
    "[fe80::1%25eth0], '', [fe80::1%25eth0], ''",
  })
  void loginHostAndPortAreTold(String text, String login, String host, String port) {
    assertThat(UrlAuthority.parse(text)).contains(new UrlAuthority(login, host, port));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "me@",
        "@example.org",
        "@",
        ":80",
        "-u",
        "a b",
        "a..b",
        "a%41",
        "a*b",
        "example.org:0",
        "example.org:65536",
        "example.org:99999",
        "example.org:123456",
        "example.org:http",
        "example.org:-1",
        "\u2100.test",
        "[::1",
        "[x]",
        "a\u0000b"
      })
  void whatNobodyCanAskForIsNone(String text) {
    assertThat(UrlAuthority.parse(text)).isEmpty();
  }

  @Test
  void noHostIsLongerThanDnsKnows() {
    String longest = "a.".repeat(127);
    assertThat(UrlAuthority.parse(longest)).isPresent();
    assertThat(UrlAuthority.parse(longest + "a")).isEmpty();
    assertThat(UrlAuthority.parse("a.".repeat(500_000))).isEmpty();
    assertThat(UrlAuthority.parse("[" + "0".repeat(1_000_000) + "]")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"org@a, false", "a, false", "a:b@c, true", "a:@c, true", ":b@c, true"})
  void aPasswordIsSeen(String text, boolean password) {
    UrlAuthority authority = UrlAuthority.parse(text).orElseThrow();
    assertThat(authority.hasPassword()).isEqualTo(password);
    assertThat(authority.toString()).doesNotContain("b");
  }
}
