// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes;

import dev.atelier.workspace.config.Settings;
import java.time.Duration;
import java.util.Optional;

/**
 * How a manager uses a cluster, whatever its pods are like.
 *
 * @param namespace where all it makes is; empty: the client's own, else {@code default}
 * @param startTimeout how long it waits at the start until all there is was read, at least 1 s
 */
public record KubernetesSettings(Optional<String> namespace, Duration startTimeout) {
  private static final String KEYS = "atelier.kubernetes.";

  /** Reads them; faults are noted in {@code settings}. */
  public static KubernetesSettings from(Settings settings) {
    Optional<String> namespace = settings.text(KEYS + "namespace");
    if (!namespace.map(KubernetesSettings::isName).orElse(true)) {
      settings.fault(KEYS + "namespace", namespace.get(), "the name of a namespace");
    }
    return new KubernetesSettings(
        namespace, settings.duration(KEYS + "start-timeout", Duration.ofMinutes(2)));
  }

  private static boolean isName(String text) {
    return text.length() <= 63 && text.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?");
  }
}
