// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.egress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamProxyTest {
  @ParameterizedTest
  @CsvSource({
    "http://proxy.test:3128, http://proxy.test:3128, ''",
    "HTTP://Proxy.test:3128/, http://proxy.test:3128, ''",
    "http://u:p@proxy.test:3128, http://u:p@proxy.test:3128, u:p",
    "http://u:p%40+q@[::1]:8080, http://u:p%40+q@[::1]:8080, u:p@+q",
  })
  void isReadAndWritten(String text, String url, String login) {
    UpstreamProxy proxy = UpstreamProxy.parse(text, List.of());
    assertThat(proxy.url()).isEqualTo(url);
    assertThat(UpstreamProxy.parse(proxy.url(), List.of())).isEqualTo(proxy);
    String pair = Base64.getEncoder().encodeToString(login.getBytes(UTF_8));
    assertThat(proxy.login())
        .isEqualTo(login.isEmpty() ? "" : "Proxy-Authorization: Basic " + pair + "\r\n");
    assertThat(proxy.toString()).doesNotContain("p%40").doesNotContain("u:p");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "proxy.test:3128",
        "https://proxy.test:3128",
        "socks5://proxy.test:1080",
        "http://proxy.test",
        "http://",
        "http://proxy.test:3128/path",
        "http://u:%zz@proxy.test:3128",
        "http://u:p@:3128"
      })
  void whatIsNoneIsRefusedWithoutItsPassword(String text) {
    assertThatThrownBy(() -> UpstreamProxy.parse(text, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("u:");
  }

  @ParameterizedTest
  @CsvSource({
    "git.corp.test, 192.0.2.1, false",
    "CORP.test, 192.0.2.1, false",
    "xcorp.test, 192.0.2.1, true",
    "a.test, 10.1.2.3, false",
    "a.test, 11.1.2.3, true",
    "a.test, 127.0.0.1, false",
  })
  void servesWhatIsNotNamed(String host, String address, boolean serves) throws Exception {
    UpstreamProxy proxy =
        UpstreamProxy.parse("http://proxy.test:3128", List.of(".Corp.test", "10.0.0.0/8"));
    assertThat(proxy.serves(host, List.of(InetAddress.getByName(address)))).isEqualTo(serves);
  }

  @Test
  void servesWhatItAloneKnows() {
    UpstreamProxy proxy = UpstreamProxy.parse("http://proxy.test:3128", List.of("corp.test"));
    assertThat(proxy.serves("a.test", List.of())).isTrue();
    assertThat(proxy.serves("a.corp.test", List.of())).isFalse();
  }
}
