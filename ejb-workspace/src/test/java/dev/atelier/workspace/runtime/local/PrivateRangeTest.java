// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrivateRangeTest {
  @Test
  void eachNetworkHasTwoAddressesOfItsOwn() {
    PrivateRange range = PrivateRange.parse("10.215.0.0/16");
    assertThat(range.slots()).isEqualTo(16384);
    assertThat(range.outer(0)).isEqualTo("10.215.0.1");
    assertThat(range.inner(0)).isEqualTo("10.215.0.2");
    assertThat(range.outer(16383)).isEqualTo("10.215.255.253");
    assertThat(range.inner(16383)).isEqualTo("10.215.255.254");
    assertThat(PrivateRange.parse("192.168.7.0/24").inner(63)).isEqualTo("192.168.7.254");
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8,true", "10.215.3.0/24,true", "10.215.255.1,true", "0.0.0.0/0,true",
    "10.214.0.0/16,false", "10.216.0.0/16,false", "192.0.2.0/24,false", "default,false",
    "fd00::/8,false"
  })
  void overlapIsSeen(String other, boolean overlaps) {
    assertThat(PrivateRange.parse("10.215.0.0/16").overlaps(other)).isEqualTo(overlaps);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "10.215.0.0", "10.215.0.0/7", "10.215.0.0/25", "10.215.0.1/16", "300.0.0.0/8"})
  void whatIsNoRangeIsRefused(String text) {
    assertThatThrownBy(() -> PrivateRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
