// SPDX-License-Identifier: Apache-2.0
package dev.atelier.bench.idle;

import dev.atelier.workspace.runtime.WorkspaceRuntime;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Takes the place of the configured runtime. */
@Alternative
@Priority(1)
@ApplicationScoped
public class IdleRuntimeProducer {

  @Produces
  @Singleton
  static WorkspaceRuntime runtime() {
    return new IdleRuntime();
  }
}
