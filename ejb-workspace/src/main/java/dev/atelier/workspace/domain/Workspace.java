// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;

/**
 * One run of a workspace (an instance): what was asked for and what is known.
 *
 * @param id names the instance everywhere; a DNS label of at most 52 characters
 * @param version the status version: grows with every visible change, at least 1, below 2^53
 * @param createdAt when it was recorded
 * @param spec what was asked for at the start; never changes
 * @param controls what clients changed since
 * @param status what is known
 * @param trace of the act that what a client sees was last changed by; none where nobody asked
 */
@RecordBuilder
public record Workspace(
    String id,
    long version,
    Instant createdAt,
    WorkspaceSpec spec,
    WorkspaceControls controls,
    WorkspaceStatus status,
    TraceContext trace)
    implements WorkspaceBuilder.With {

  /** A change of one instance; refuses by a fault. Pure: it may be applied more than once. */
  @FunctionalInterface
  public interface Change {
    /** The instance after the change; the same object where there is nothing to change. */
    Workspace apply(Workspace workspace) throws WorkspaceFault;
  }

  /**
   * The instance after {@code change}, its version one higher if what a client sees has changed;
   * then its trace is the one that the change gives it, or none. Every store applies changes by
   * this method.
   */
  public Workspace after(Change change) throws WorkspaceFault {
    // Without its trace, so that what another act has left is never taken for the change's own.
    Workspace next = change.apply(withTrace(TraceContext.NONE));
    return next.visible().equals(visible()) ? next.withTrace(trace) : next.withVersion(version + 1);
  }

  /** How the log names it: instance, workspace and owner. */
  public String named() {
    return "instance %s of workspace %s, owner %s".formatted(id, spec.metaId(), spec.owner());
  }

  /** Its phase. */
  public Phase phase() {
    return status.phase();
  }

  /** Whether its last phase is reached. */
  public boolean stopped() {
    return status.phase() == Phase.STOPPED;
  }

  /**
   * States that it has passed and of which is told before the present one, oldest first: each for
   * whoever was not told at the time.
   */
  public List<Workspace> passed() {
    return Passed.of(this);
  }

  /** Everything of the wire's WorkspaceStatus that may change. */
  private List<Object> visible() {
    return List.of(
        status.phase(),
        status.conditions(),
        status.message(),
        status.runtime(),
        status.repo(),
        status.initializerMetrics(),
        status.image(),
        controls.timeout(),
        controls.closedTimeout(),
        controls.ports(),
        controls.admission());
  }
}
