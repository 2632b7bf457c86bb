// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.runtime.local.LocalRuntimeSettings.Networks;
import dev.atelier.workspace.runtime.local.LocalRuntimeSettings.Use;

/** The same on a machine that has no program for a sandbox or a network, and no control groups. */
class BareTasksTest extends TasksTest {
  @Override
  LocalRuntimeSettings settings(LocalRuntimeSettings otherwise) {
    return otherwise.with(s -> s.sandbox(Use.NONE).network(Networks.NONE).cgroups(Use.NONE));
  }
}
