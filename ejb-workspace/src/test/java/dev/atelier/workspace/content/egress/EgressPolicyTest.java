// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressPolicyTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "febf::1",
        "::ffff:169.254.169.254",
        "::169.254.169.254",
        "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1",
        "0.0.0.0",
        "0.1.2.3",
        "::",
        "224.0.0.1",
        "255.255.255.255",
        "ff02::1",
        "fd00:ec2::254",
        "100.100.100.200",
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::127.0.0.1"
      })
  void refusesByDefault(String address) throws Exception {
    assertThat(EgressPolicy.DEFAULT.permits(address(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "140.82.121.3",
        "10.1.2.3",
        "192.168.0.1",
        "169.253.255.255",
        "2a01:4f8::1",
        "fd00::1",
        "64:ff9b::8.8.8.8"
      })
  void permitsByDefault(String address) throws Exception {
    assertThat(EgressPolicy.DEFAULT.permits(address(address))).isTrue();
  }

  @Test
  void loopbackIsPermittedWhereTheFlagSaysSoAndLinkLocalIsNot() throws Exception {
    EgressPolicy policy = new EgressPolicy(true, List.of(), List.of());
    assertThat(policy.permits(address("127.0.0.1"))).isTrue();
    assertThat(policy.permits(address("::1"))).isTrue();
    assertThat(policy.permits(address("169.254.169.254"))).isFalse();
  }

  @Test
  void allowWinsOverDenyAndDenyOverTheDefault() throws Exception {
    EgressPolicy policy =
        new EgressPolicy(false, ranges("10.1.0.0/16", "169.254.7.7"), ranges("0.0.0.0/0", "::/0"));
    assertThat(policy.permits(address("10.1.9.9"))).isTrue();
    assertThat(policy.permits(address("169.254.7.7"))).isTrue();
    assertThat(policy.permits(address("10.2.0.1"))).isFalse();
    assertThat(policy.permits(address("140.82.121.3"))).isFalse();
    assertThat(policy.permits(address("2a01:4f8::1"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example.org",
        "10.0.0.0/33",
        "10.0.0.0/x",
        "10.0.0",
        "fd00::/129",
        "10.0.0.0/-1"
      })
  void refusesWhatIsNoRange(String text) {
    assertThatThrownBy(() -> AddressRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void prefixesNeedNotEndAtAByte() throws Exception {
    AddressRange range = AddressRange.parse("172.16.0.0/12");
    assertThat(range.contains(address("172.31.255.255"))).isTrue();
    assertThat(range.contains(address("172.32.0.0"))).isFalse();
    assertThat(range).hasToString("172.16.0.0/12");
  }

  private static InetAddress address(String literal) throws UnknownHostException {
    return InetAddress.getByName(literal);
  }

  private static List<AddressRange> ranges(String... texts) {
    return Stream.of(texts).map(AddressRange::parse).toList();
  }
}
