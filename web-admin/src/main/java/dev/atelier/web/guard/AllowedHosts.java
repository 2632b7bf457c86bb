// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.guard;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads {@code atelier.http.allowed-hosts}. */
final class AllowedHosts {
  private static final Pattern HOST =
      Pattern.compile("([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\\[[0-9a-f:.]+])(:[0-9]{1,5})?");

  private AllowedHosts() {}

  /**
   * The hosts of a list with commas, in lower case.
   *
   * @throws IllegalArgumentException naming every one that is none
   */
  static Set<String> parse(String list) {
    Set<String> hosts =
        Arrays.stream(list.split(","))
            .map(host -> host.strip().toLowerCase(Locale.ROOT))
            .filter(host -> !host.isEmpty())
            .collect(Collectors.toSet());
    String faults =
        hosts.stream()
            .filter(host -> !HOST.matcher(host).matches())
            .sorted()
            .collect(Collectors.joining(", "));
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(
          "atelier.http.allowed-hosts: neither a host nor host:port: " + faults);
    }
    return hosts;
  }
}
