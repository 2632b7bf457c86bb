// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Capture.Kind;
import dev.atelier.workspace.domain.Captures;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Progress;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceStatus;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.reconcile.Snapshots;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.runtime.WorkspaceRuntime;
import dev.atelier.workspace.store.WorkspaceStore;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * What may be asked for of the content of instances. A copy that was asked for is recorded durably
 * and made whatever becomes of its caller; who waits for it waits without a thread.
 */
@Stateless
@TransactionManagement(TransactionManagementType.BEAN)
public class ContentOperations {
  private final WorkspaceStore store;
  private final WorkspaceRuntime runtime;
  private final WorkspaceTracker tracker;
  private final Snapshots snapshots;
  private final Maintenance maintenance;
  private final Randomness randomness;
  private final AuditLog audit;
  private final InstantSource clock;

  /** For the container's proxy. */
  protected ContentOperations() {
    this(null, null, null, null, null, null, null, null);
  }

  /** Works on these. */
  @Inject
  public ContentOperations(
      WorkspaceStore store,
      WorkspaceRuntime runtime,
      WorkspaceTracker tracker,
      Snapshots snapshots,
      Maintenance maintenance,
      Randomness randomness,
      AuditLog audit,
      InstantSource clock) {
    this.store = store;
    this.runtime = runtime;
    this.tracker = tracker;
    this.snapshots = snapshots;
    this.maintenance = maintenance;
    this.randomness = randomness;
    this.audit = audit;
    this.clock = clock;
  }

  /**
   * BackupWorkspace: the URL of a backup that holds what was there at the call; for display alone.
   * Fails with a {@link WorkspaceFault} as its cause.
   */
  public CompletableFuture<String> backup(String id, Caller caller) throws WorkspaceFault {
    return audit.later(
        caller,
        "BackupWorkspace",
        id,
        () -> {
          Instant now = clock.instant();
          Workspace workspace =
              request(id, c -> c.waiting(Kind.BACKUP).isPresent() ? c : c.withBackup(now));
          return outcome(id, captures(workspace).latest(Kind.BACKUP).orElseThrow());
        });
  }

  /**
   * TakeSnapshot: the URL of a snapshot. With {@code returnImmediately} at once, of a copy that
   * begins after the call; else once it is whole, also that of one that was under way. Fails with a
   * {@link WorkspaceFault} as its cause.
   */
  public CompletableFuture<String> takeSnapshot(String id, boolean returnImmediately, Caller caller)
      throws WorkspaceFault {
    return audit.later(
        caller,
        "TakeSnapshot",
        id,
        () -> {
          maintenance.refuse();
          Instant now = clock.instant();
          String fresh = randomness.snapshotId();
          if (returnImmediately) {
            Workspace workspace =
                request(
                    id, c -> c.waiting(Kind.SNAPSHOT).isPresent() ? c : c.withSnapshot(fresh, now));
            Capture capture = captures(workspace).latest(Kind.SNAPSHOT).orElseThrow();
            snapshots.begin(workspace, capture);
            return CompletableFuture.completedFuture(new SnapshotUrl(capture.id()).toString());
          }
          Workspace workspace =
              request(id, c -> c.first(Kind.SNAPSHOT).isPresent() ? c : c.withSnapshot(fresh, now));
          return outcome(id, captures(workspace).first(Kind.SNAPSHOT).orElseThrow());
        });
  }

  /** Content of instances that are gone which could not be saved, oldest first. */
  public List<UnsavedContent> unsaved() throws WorkspaceFault {
    return runtime.unsaved();
  }

  /** Deletes unsaved content of an instance for good; answers whether there was any. */
  public boolean letGo(String id, Caller caller) throws WorkspaceFault {
    return audit.call(caller, "LetGoOfContent", id, () -> runtime.letGo(id));
  }

  /** DeleteVolumeSnapshot: whether anything was deleted. */
  public boolean deleteVolumeSnapshot(
      String id, String volumeHandle, boolean softDelete, WorkspaceType type, Caller caller)
      throws WorkspaceFault {
    return audit.call(
        caller,
        "DeleteVolumeSnapshot",
        id,
        () -> {
          Violations violations = new Violations();
          violations.present("id", id);
          violations.text("volume_handle", volumeHandle);
          violations.known("ws_type", type);
          violations.throwIfAny();
          return runtime.deleteVolumeSnapshot(id, volumeHandle, softDelete, type);
        });
  }

  /** Records that a copy is wanted, durable on return. */
  private Workspace request(String id, UnaryOperator<Captures> wish) throws WorkspaceFault {
    return store
        .update(
            id,
            workspace -> {
              requireRunning(workspace);
              WorkspaceStatus status = workspace.status();
              Progress progress = status.progress();
              Captures wanted = wish.apply(progress.captures());
              return wanted.equals(progress.captures())
                  ? workspace
                  : workspace.withStatus(status.withProgress(progress.withCaptures(wanted)));
            })
        .orElseThrow(() -> WorkspaceFault.notFound(id));
  }

  private static Captures captures(Workspace workspace) {
    return workspace.status().progress().captures();
  }

  private static void requireRunning(Workspace workspace) throws WorkspaceFault {
    if (workspace.phase() != Phase.RUNNING) {
      throw WorkspaceFault.failedPrecondition(
          "instance %s is %s, not RUNNING".formatted(workspace.id(), workspace.phase()));
    }
  }

  private CompletableFuture<String> outcome(String id, Capture capture) {
    CompletableFuture<Capture.Outcome> over =
        tracker.await(id, workspace -> captures(workspace).outcome(capture.id()));
    CompletableFuture<String> answer = new CompletableFuture<>();
    CompletableFuture<Capture.Outcome> unused =
        over.whenComplete((outcome, fault) -> settle(answer, outcome, fault));
    // Who waits no longer is forgotten.
    CompletableFuture<String> unusedToo = answer.whenComplete((url, fault) -> over.cancel(false));
    return answer;
  }

  private static void settle(
      CompletableFuture<String> answer, Capture.Outcome outcome, Throwable fault) {
    if (fault != null) {
      answer.completeExceptionally(fault);
    } else if (outcome.failure().isEmpty()) {
      answer.complete(outcome.url());
    } else {
      answer.completeExceptionally(WorkspaceFault.unavailable(outcome.message()));
    }
  }
}
