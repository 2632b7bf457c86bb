// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.GoDuration;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Progress;
import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.WorkspaceSpec;
import dev.atelier.workspace.domain.WorkspaceStatus;
import dev.atelier.workspace.domain.WorkspaceType;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Takes on instances that somebody has recorded in the store, past the API. */
public final class Adoption {
  private final StartRequestValidator validator;
  private final WorkspaceUrls urls;
  private final Randomness randomness;
  private final InstantSource clock;

  /** Checks what is recorded like what is asked for. */
  public Adoption(
      StartRequestValidator validator,
      WorkspaceUrls urls,
      Randomness randomness,
      InstantSource clock) {
    this.validator = validator;
    this.urls = urls;
    this.randomness = randomness;
    this.clock = clock;
  }

  /**
   * An instance as it is to be recorded.
   *
   * @param workspace to be started; or STOPPED, with the reason, if it cannot be
   * @param secrets what it has of its own
   */
  public record Adopted(Workspace workspace, WorkspaceSecrets secrets) {}

  /** What becomes of an instance of which nothing but its spec was recorded. */
  public Adopted adopt(Workspace found) {
    WorkspaceSpec spec = found.spec();
    WorkspaceSecrets secrets =
        new WorkspaceSecrets(randomness.ownerToken(), List.of(), Optional.of(spec.initializer()));
    try {
      Workspace valid =
          validator.validate(request(found), found.createdAt(), found.trace()).workspace();
      requireSame(spec, valid.spec());
      String url = urls.of(found.id(), spec.urlPrefix());
      WorkspaceStatus status = found.status();
      if (spec.type() == WorkspaceType.PREBUILD) {
        Progress progress = status.progress();
        status = status.withProgress(progress.withSnapshotId(Optional.of(randomness.snapshotId())));
      }
      WorkspaceStatus begun = status;
      return new Adopted(
          found.with(w -> w.spec(spec.withUrl(url)).controls(valid.controls()).status(begun)),
          secrets);
    } catch (WorkspaceFault fault) {
      return new Adopted(refused(found, fault.getMessage()), secrets);
    }
  }

  /** The same, over before it began. */
  public Workspace refused(Workspace found, String reason) {
    WorkspaceStatus status = found.status();
    return found.withStatus(
        status.with(
            s ->
                s.phase(Phase.STOPPED)
                    .conditions(status.conditions().withFailed(reason))
                    .progress(
                        status
                            .progress()
                            .with(
                                p ->
                                    p.stoppedAt(Optional.of(clock.instant()))
                                        .credentialsHeld(false)))));
  }

  /** What is recorded stays as it is: it must be what the API would have made of it. */
  private static void requireSame(WorkspaceSpec spec, WorkspaceSpec valid) throws WorkspaceFault {
    if (!spec.workspaceLocation().equals(valid.workspaceLocation())) {
      throw WorkspaceFault.invalid(
          "spec.workspaceLocation", "must be relative to the workspace folder");
    }
    if (!spec.initializer().equals(valid.initializer())) {
      throw WorkspaceFault.invalid(
          "spec.initializer", "must have relative paths, and no credentials");
    }
  }

  private static StartRequest request(Workspace found) {
    WorkspaceSpec spec = found.spec();
    return new StartRequest(
        found.id(),
        // Not needed here, while the API demands one: any that it takes.
        spec.servicePrefix().isEmpty() ? "none" : spec.servicePrefix(),
        spec.type(),
        new StartRequest.Metadata(
            spec.owner(), spec.metaId(), spec.annotations(), spec.team(), spec.project()),
        new StartRequest.Spec(
            spec.workspaceImage(),
            spec.ideImage(),
            spec.ideImageLayers(),
            List.copyOf(spec.featureFlags()),
            spec.initializer(),
            List.of(),
            List.of(),
            List.of(),
            spec.workspaceLocation().isEmpty() ? "/" : spec.workspaceLocation(),
            spec.git(),
            "",
            "",
            GoDuration.format(spec.maximumLifetime()),
            found.controls().admission(),
            spec.workspaceClass(),
            List.of()),
        List.of());
  }
}
