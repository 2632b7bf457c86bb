// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.util.List;
import java.util.Optional;

/**
 * What an instance needs and nobody may read: kept apart from it, encrypted.
 *
 * @param ownerToken lets its owner in; 256 bits or more in characters safe in cookies and headers
 * @param environment user variables that are open to users, then system ones, as sent
 * @param initializer with its credentials; empty once the content is ready
 */
public record WorkspaceSecrets(
    String ownerToken, List<EnvironmentVariable> environment, Optional<Initializer> initializer) {
  /** Copies what was given. */
  public WorkspaceSecrets {
    environment = List.copyOf(environment);
  }

  /** The same without the initializer's credentials. */
  public WorkspaceSecrets withoutCredentials() {
    return new WorkspaceSecrets(ownerToken, environment, Optional.empty());
  }

  @Override
  public String toString() {
    return "WorkspaceSecrets[]";
  }
}
