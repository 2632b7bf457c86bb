// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime;

import dev.atelier.workspace.domain.EnvironmentVariable.SecretKey;
import java.util.Optional;

/** Finds values that an instance's environment refers to. */
@FunctionalInterface
public interface SecretLookup {
  /** The value; empty when there is none of that name and key. */
  Optional<String> find(SecretKey key);
}
