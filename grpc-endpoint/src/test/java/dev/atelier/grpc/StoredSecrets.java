// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.workspace.domain.WorkspaceSecrets;
import java.util.List;
import java.util.Optional;

/** Secrets of instances that a test puts into the store by itself. */
final class StoredSecrets {
  static final WorkspaceSecrets NONE = new WorkspaceSecrets("token", List.of(), Optional.empty());

  private StoredSecrets() {}
}
