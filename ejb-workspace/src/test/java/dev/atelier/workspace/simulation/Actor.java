// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceControls;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.WorkspaceOperations;
import java.time.Instant;

/** Who changes something: a client's call, or the reconciler. */
final class Actor {
  /** Its changes of controls are those of activity alone. */
  static final Actor RECONCILER =
      new Actor("reconciler", "", o -> {}, (before, after) -> before, Instant.MIN);

  /** What a call does. */
  @FunctionalInterface
  interface Act {
    void run(WorkspaceOperations operations) throws WorkspaceFault;
  }

  /** What controls a call leaves behind, of what it found and left. */
  @FunctionalInterface
  interface Effect {
    WorkspaceControls on(WorkspaceControls before, WorkspaceControls after);
  }

  private final String name;
  private final String id;
  private final Act act;
  private final Effect effect;
  private final Instant begun;
  private boolean overtaken;

  Actor(String name, String id, Act act, Effect effect, Instant begun) {
    this.name = name;
    this.id = id;
    this.act = act;
    this.effect = effect;
    this.begun = begun;
  }

  String id() {
    return id;
  }

  String name() {
    return name;
  }

  Instant begun() {
    return begun;
  }

  void run(WorkspaceOperations operations) throws WorkspaceFault {
    act.run(operations);
  }

  void overtake() {
    overtaken = true;
  }

  /** Whether what it did is recorded, as far as nobody has changed it since. */
  boolean holds(Workspace record) {
    WorkspaceControls controls = record.controls();
    return overtaken || effect.on(controls, controls).equals(controls);
  }

  /** Whether it may have changed these controls so. */
  boolean mayHave(WorkspaceControls before, WorkspaceControls after) {
    WorkspaceControls then =
        before.lastActivity().equals(after.lastActivity())
            ? before
            : before.withLastActivity(after.lastActivity());
    return effect.on(then, after).equals(after);
  }
}
