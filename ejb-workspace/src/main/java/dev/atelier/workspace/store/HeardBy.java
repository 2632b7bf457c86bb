// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which callers have heard of an instance's end, and in which version the newest that they heard
 * was: at most {@value #MOST}, of which the one that was added first goes first.
 *
 * @param versions by the key of the caller, 32 hexadecimal digits, in the order of their adding
 */
public record HeardBy(Map<String, Long> versions) {
  /** Many times the components of a platform; what more there are hear again. */
  static final int MOST = 64;

  /** Nobody has. */
  public static final HeardBy NOBODY = new HeardBy(Map.of());

  private static final Pattern ENTRY = Pattern.compile("([0-9a-f]{32})=([0-9]{1,16})");

  /** Copies what was given. */
  public HeardBy {
    versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
  }

  /** The newest version of which the caller has heard; 0: it has heard of none. */
  public long version(String caller) {
    return versions.getOrDefault(caller, 0L);
  }

  /** The newest version of which anybody has heard; 0: nobody has. */
  public long newest() {
    return versions.values().stream().mapToLong(Long::longValue).max().orElse(0);
  }

  /** The same once the caller has heard of a version; the same object where it had. */
  public HeardBy with(String caller, long version) {
    if (version(caller) >= version) {
      return this;
    }
    Map<String, Long> more = new LinkedHashMap<>(versions);
    more.put(caller, version);
    if (more.size() > MOST) {
      more.remove(more.keySet().iterator().next());
    }
    return new HeardBy(more);
  }

  /** The same with what {@code other} knows; the same object where that is nothing new. */
  public HeardBy with(HeardBy other) {
    HeardBy both = this;
    for (Map.Entry<String, Long> one : other.versions.entrySet()) {
      both = both.with(one.getKey(), one.getValue());
    }
    return both;
  }

  /** In a line: each caller, an equals sign and the version, with spaces between. */
  public String text() {
    return versions.entrySet().stream()
        .map(one -> one.getKey() + "=" + one.getValue())
        .collect(Collectors.joining(" "));
  }

  /** What such a line says; what is none of it is left out. */
  public static HeardBy of(String text) {
    HeardBy read = NOBODY;
    Matcher entry = ENTRY.matcher(text);
    while (entry.find() && read.versions.size() < MOST) {
      read = read.with(entry.group(1), Long.parseLong(entry.group(2)));
    }
    return read;
  }
}
