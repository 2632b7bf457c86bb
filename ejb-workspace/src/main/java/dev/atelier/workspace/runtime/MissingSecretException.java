// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime;

import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.EnvironmentVariable.SecretKey;

/** A secret that an environment refers to is not there, or nothing that a variable can hold. */
public final class MissingSecretException extends Exception {
  private static final long serialVersionUID = 1L;

  private MissingSecretException(EnvironmentVariable variable, String why) {
    super("environment variable " + variable.name() + ": " + why);
  }

  /** Names the variable and what it refers to. */
  static MissingSecretException absent(EnvironmentVariable variable, SecretKey key) {
    return new MissingSecretException(variable, "there is no " + named(key));
  }

  /** Names the variable and what it refers to, which is longer than one may be. */
  static MissingSecretException tooLong(EnvironmentVariable variable, SecretKey key) {
    return new MissingSecretException(
        variable, named(key) + " is longer than 131,069 bytes, with the variable's name");
  }

  private static String named(SecretKey key) {
    return "secret \"" + key.secretName() + "\" with key \"" + key.key() + "\"";
  }
}
