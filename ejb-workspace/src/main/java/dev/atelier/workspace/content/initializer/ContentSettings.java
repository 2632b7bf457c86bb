// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.egress.EgressPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Limits of the making of content.
 *
 * @param egress which addresses may be reached
 * @param gitSchemes what git may use, out of http, https and ssh; submodules never use ssh
 * @param gitTimeout for one git program, for instance a fetch; positive
 * @param statusTimeout for the git status of a checkout; positive
 * @param downloadTimeout for one attempt at one file; positive
 * @param downloadLimit the largest file in bytes; positive
 */
public record ContentSettings(
    EgressPolicy egress,
    Set<String> gitSchemes,
    Duration gitTimeout,
    Duration statusTimeout,
    Duration downloadTimeout,
    long downloadLimit) {

  /** Nothing configured, with or without loopback. */
  public static ContentSettings defaults(boolean loopback) {
    return new ContentSettings(
        new EgressPolicy(loopback, List.of(), List.of()),
        Set.of("http", "https"),
        Duration.ofMinutes(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(15),
        5L << 30);
  }

  /** Refuses what makes no sense, all faults at once. */
  public ContentSettings {
    gitSchemes = Set.copyOf(gitSchemes);
    List<String> faults = new ArrayList<>();
    positive(faults, "atelier.content.git-timeout", gitTimeout);
    positive(faults, "atelier.content.status-timeout", statusTimeout);
    positive(faults, "atelier.content.download-timeout", downloadTimeout);
    if (downloadLimit <= 0) {
      faults.add("atelier.content.download-limit: must be positive");
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", faults));
    }
  }

  private static void positive(List<String> faults, String key, Duration value) {
    if (value.isZero() || value.isNegative()) {
      faults.add(key + ": must be positive");
    }
  }
}
