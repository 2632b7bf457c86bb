// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime;

import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.EnvironmentVariable.SecretKey;

/** A secret that an environment refers to is not there. */
public final class MissingSecretException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Names the variable and what it refers to. */
  MissingSecretException(EnvironmentVariable variable, SecretKey key) {
    super(
        "environment variable "
            + variable.name()
            + ": there is no secret \""
            + key.secretName()
            + "\" with key \""
            + key.key()
            + "\"");
  }
}
