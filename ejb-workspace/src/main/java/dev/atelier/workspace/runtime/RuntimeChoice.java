// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime;

import dev.atelier.workspace.config.Settings;
import java.util.Locale;

/** Where instances run, and with that where the state is: {@code atelier.runtime}. */
public enum RuntimeChoice {
  /** On this machine; the state is in a database. */
  LOCAL,
  /** As pods; the state is in custom resources, which any number of managers share. */
  KUBERNETES;

  private static final String KEY = "atelier.runtime";

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException it is neither
   */
  public static RuntimeChoice from(Settings settings) {
    String text = settings.text(KEY, "local");
    for (RuntimeChoice choice : values()) {
      if (choice.name().toLowerCase(Locale.ROOT).equals(text)) {
        return choice;
      }
    }
    settings.fault(KEY, text, "local or kubernetes");
    settings.throwIfAny();
    throw new IllegalStateException("a fault was noted");
  }
}
