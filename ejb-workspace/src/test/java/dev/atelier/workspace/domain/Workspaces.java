// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Instances for tests. */
public final class Workspaces {
  /** When every one of them was created. */
  public static final Instant CREATED = Instant.parse("2030-01-01T00:00:00Z");

  private Workspaces() {}

  /** A regular one that was just recorded, with default timeouts. */
  public static Workspace pending(String id) {
    WorkspaceSpec spec =
        new WorkspaceSpec(
            WorkspaceType.REGULAR,
            "owner",
            "meta-" + id,
            "",
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            "image",
            IdeImage.NONE,
            List.of(),
            Set.of(),
            new Initializer.Empty(),
            "",
            GitIdentity.NONE,
            "default",
            "http://127.0.0.1:8080/workspaces/" + id,
            TimeoutSettings.DEFAULT.lifetime(),
            Duration.ZERO);
    WorkspaceControls controls =
        new WorkspaceControls(
            TimeoutSettings.DEFAULT.regular(),
            TimeoutSettings.DEFAULT.closed(),
            List.of(),
            AdmissionLevel.OWNER_ONLY,
            List.of(),
            Optional.empty(),
            false,
            Optional.empty());
    return new Workspace(id, 1, CREATED, spec, controls, WorkspaceStatus.NEW, TraceContext.NONE);
  }

  /** One of another type, with that type's timeout. */
  public static Workspace pending(String id, WorkspaceType type) {
    Workspace workspace = pending(id);
    Duration timeout =
        type.headless() ? TimeoutSettings.DEFAULT.headless() : TimeoutSettings.DEFAULT.regular();
    return workspace.with(
        w ->
            w.spec(workspace.spec().withType(type))
                .controls(workspace.controls().withTimeout(timeout)));
  }

  /** One that is in a phase, as if it had come there at its creation. */
  public static Workspace in(Phase phase, WorkspaceType type) {
    Workspace workspace = pending("i", type);
    boolean ran = phase.compareTo(Phase.RUNNING) >= 0;
    return workspace.withStatus(
        workspace
            .status()
            .with(
                s ->
                    s.phase(phase)
                        .progress(
                            Progress.NONE.with(
                                p -> {
                                  if (ran) {
                                    p.contentReadyAt(Optional.of(CREATED))
                                        .runningAt(Optional.of(CREATED))
                                        .credentialsHeld(false);
                                  }
                                  if (phase == Phase.INTERRUPTED) {
                                    p.interruptedAt(Optional.of(CREATED));
                                  }
                                  if (phase.compareTo(Phase.STOPPING) >= 0) {
                                    p.stoppingAt(Optional.of(CREATED));
                                  }
                                  if (phase == Phase.STOPPED) {
                                    p.stoppedAt(Optional.of(CREATED)).disposed(true);
                                  }
                                }))));
  }

  /** A regular one that runs. */
  public static Workspace running() {
    return in(Phase.RUNNING, WorkspaceType.REGULAR);
  }

  /** The same with activity at a time. */
  public static Workspace active(Workspace workspace, Instant last) {
    return workspace.withControls(workspace.controls().withLastActivity(Optional.of(last)));
  }

  /** A request that is right. */
  public static StartRequest request(String id) {
    return request(id, "meta-" + id);
  }

  /** A request that is right, for an instance of that workspace. */
  public static StartRequest request(String id, String metaId) {
    return new StartRequest(
        id,
        metaId,
        WorkspaceType.REGULAR,
        new StartRequest.Metadata("owner", metaId, Map.of(), Optional.empty(), Optional.empty()),
        new StartRequest.Spec(
            "image",
            IdeImage.NONE,
            List.of(),
            List.of(),
            new Initializer.Empty(),
            List.of(),
            List.of(),
            List.of(),
            "/",
            GitIdentity.NONE,
            "",
            "",
            "",
            AdmissionLevel.OWNER_ONLY,
            "",
            List.of()),
        List.of());
  }
}
