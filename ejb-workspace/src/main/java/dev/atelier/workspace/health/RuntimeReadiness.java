// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.health;

import dev.atelier.workspace.runtime.WorkspaceRuntime;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/** Whether instances can be run. */
@Singleton
public class RuntimeReadiness implements ReadinessSource {
  private final WorkspaceRuntime runtime;

  /** Asks this runtime. */
  @Inject
  public RuntimeReadiness(WorkspaceRuntime runtime) {
    this.runtime = runtime;
  }

  @Override
  public String name() {
    return "runtime";
  }

  @Override
  public Optional<String> problem() {
    List<String> problems = runtime.problems();
    return problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems));
  }
}
