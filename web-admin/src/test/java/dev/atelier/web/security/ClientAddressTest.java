// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.content.egress.AddressRange;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressTest {
  private static final ClientAddress ADDRESSES =
      new ClientAddress(
          Stream.of("10.0.0.0/8", "127.0.0.1", "fd00::/8").map(AddressRange::parse).toList());

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      delimiter = '|',
      value = {
        // Nobody but a proxy is believed.
        "192.0.2.1 | 203.0.113.9                 | 192.0.2.1",
        "192.0.2.1 | -                           | 192.0.2.1",
        "10.1.2.3  | -                           | 10.1.2.3",
        "10.1.2.3  | 203.0.113.9                 | 203.0.113.9",
        // What stands before the last one that is no proxy is the client's word.
        "10.1.2.3  | 1.1.1.1, 203.0.113.9        | 203.0.113.9",
        "10.1.2.3  | 203.0.113.9, 10.9.9.9       | 203.0.113.9",
        "fd00::1   | 2001:db8::5, fd00::2        | 2001:db8:0:0:0:0:0:5",
        // Names, ports and rubbish are no addresses.
        "10.1.2.3  | 203.0.113.9, localhost      | 10.1.2.3",
        "10.1.2.3  | 203.0.113.9:443             | 10.1.2.3",
        "10.1.2.3  | 999.1.1.1                   | 10.1.2.3",
        "10.1.2.3  | 203.0.113.9, , 10.9.9.9     | 10.9.9.9",
        "10.1.2.3  | 10.9.9.9, 10.8.8.8          | 10.9.9.9",
      })
  void theLastOnTheWayThatIsNoProxyIsTheClient(String connection, String header, String client) {
    assertThat(ADDRESSES.of(connection, header == null ? List.of() : List.of(header)))
        .isEqualTo(client);
  }
}
