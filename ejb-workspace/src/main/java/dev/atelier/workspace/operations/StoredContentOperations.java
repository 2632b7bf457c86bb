// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.content.backup.BackupFault;
import dev.atelier.workspace.content.backup.Retention;
import dev.atelier.workspace.content.backup.Retention.Removed;
import dev.atelier.workspace.content.backup.StoredContent;
import dev.atelier.workspace.content.backup.StoredContent.StoredWorkspace;
import dev.atelier.workspace.content.backup.WorkspaceKey;
import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.store.SnapshotStore;
import dev.atelier.workspace.store.WorkspaceStore;
import dev.atelier.workspace.store.WorkspaceStore.LeftAlone;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an administrator sees and does of content that outlives its instances. Everything here works
 * in the thread of its caller; an interrupt ends it. Every method throws UNAVAILABLE when a store
 * is away, FAILED_PRECONDITION when it refuses.
 */
@Stateless
@TransactionManagement(TransactionManagementType.BEAN)
public class StoredContentOperations {
  private final StoredContent content;
  private final Retention retention;
  private final SnapshotStore snapshots;
  private final WorkspaceTracker tracker;
  private final WorkspaceStore store;
  private final AuditLog audit;
  private final InstantSource clock;

  /** For the container's proxy. */
  protected StoredContentOperations() {
    this(null, null, null, null, null, null, null);
  }

  /** Works on these. */
  @Inject
  public StoredContentOperations(
      StoredContent content,
      Retention retention,
      SnapshotStore snapshots,
      WorkspaceTracker tracker,
      WorkspaceStore store,
      AuditLog audit,
      InstantSource clock) {
    this.content = content;
    this.retention = retention;
    this.snapshots = snapshots;
    this.tracker = tracker;
    this.store = store;
    this.audit = audit;
    this.clock = clock;
  }

  /** Something that is done with the store of content. */
  @FunctionalInterface
  private interface Work<T> {
    T run() throws BackupFault, InterruptedException, WorkspaceFault;
  }

  /** The backups of one workspace; empty when there are none. */
  public Optional<StoredWorkspace> backups(String owner, String metaId) throws WorkspaceFault {
    WorkspaceKey key = key(owner, metaId);
    return attempt(() -> content.workspace(key));
  }

  /** Every workspace with backups, in no order; thousands of them cost a second. */
  public List<StoredWorkspace> workspaces() throws WorkspaceFault {
    return attempt(content::workspaces);
  }

  /** Every snapshot that is recorded, oldest first, with those under way and those that failed. */
  public List<Snapshot> snapshots() throws WorkspaceFault {
    return snapshots.list();
  }

  /**
   * Deletes the backups and logs of a workspace for good. Its snapshots stay, and so does content
   * that could not be saved.
   *
   * @return whether there was any backup
   * @throws WorkspaceFault FAILED_PRECONDITION while an instance of it has not stopped
   */
  public boolean deleteBackups(String owner, String metaId, Caller caller) throws WorkspaceFault {
    WorkspaceKey key = key(owner, metaId);
    return audit.call(
        caller,
        "DeleteStoredContent",
        key.toString(),
        () -> {
          if (active(key) || !unneeded(key)) {
            throw WorkspaceFault.failedPrecondition(
                "an instance of %s has not stopped: stop it first".formatted(key));
          }
          return attempt(
              () -> {
                boolean there = content.workspace(key).isPresent();
                if (!content.delete(key, this::unneeded)) {
                  throw WorkspaceFault.failedPrecondition(
                      "an instance of %s was started meanwhile: its newest backup is kept"
                          .formatted(key));
                }
                return there;
              });
        });
  }

  /**
   * Deletes a snapshot for good, one that failed too.
   *
   * @param url as TakeSnapshot has answered it
   * @return whether it was known
   * @throws WorkspaceFault INVALID_ARGUMENT: no such URL; FAILED_PRECONDITION while it is under way
   *     or a start needs it
   */
  public boolean deleteSnapshot(String url, Caller caller) throws WorkspaceFault {
    SnapshotUrl parsed =
        SnapshotUrl.parse(url)
            .orElseThrow(() -> WorkspaceFault.invalid("snapshot", "is not a snapshot's URL"));
    return audit.call(
        caller,
        "DeleteSnapshot",
        url,
        () -> {
          requireAllReadable();
          Optional<Snapshot> known = snapshots.get(parsed.id());
          requireOver(known, parsed);
          if (!released(parsed.id(), known)) {
            throw WorkspaceFault.failedPrecondition(
                "an instance starts from the snapshot: delete it once that one runs");
          }
          attempt(
              () -> {
                content.deleteSnapshot(parsed.id());
                return true;
              });
          // Last, so that one that could not be deleted is still known.
          snapshots.delete(parsed.id());
          return known.isPresent();
        });
  }

  private void requireOver(Optional<Snapshot> known, SnapshotUrl url) throws WorkspaceFault {
    boolean underway =
        known
            .filter(snapshot -> snapshot.state() == Snapshot.State.UNDERWAY)
            .flatMap(snapshot -> tracker.get(snapshot.instanceId()))
            .map(instance -> instance.status().progress().captures().pending(url.id()))
            .orElse(false);
    if (underway) {
      throw WorkspaceFault.failedPrecondition(
          "the snapshot is under way: delete it once it is complete");
    }
  }

  /** Removes what has been kept for as long as the configuration says. */
  public Removed removeOld() throws WorkspaceFault {
    requireAllReadable();
    List<Snapshot> known = snapshots.list();
    Removed removed =
        attempt(() -> retention.run(known, this::active, this::unneeded, this::released));
    for (String id : removed.snapshots()) {
      snapshots.delete(id);
    }
    return removed;
  }

  /** An instance whose record cannot be read here may need any snapshot. */
  private void requireAllReadable() throws WorkspaceFault {
    for (LeftAlone unreadable : store.leftAlone()) {
      if (!unreadable.stopped()) {
        throw WorkspaceFault.unavailable(unreadable.reason());
      }
    }
  }

  private boolean active(WorkspaceKey key) {
    return leftAlone(key) || known(key, tracker.all());
  }

  /** Whether one that has not stopped and that cannot be read here may be an instance of it. */
  private boolean leftAlone(WorkspaceKey key) {
    WorkspaceFilter wanted = new WorkspaceFilter(key.owner(), key.metaId(), Map.of());
    return store.leftAlone().stream()
        .anyMatch(one -> !one.stopped() && wanted.mayMatch(one.owner(), one.metaId()));
  }

  /** Whether no instance of it that has not stopped was recorded before, here or elsewhere. */
  private boolean unneeded(WorkspaceKey key) throws WorkspaceFault {
    // What cannot be read is known once all was read.
    Collection<Workspace> recorded = store.recorded();
    return !leftAlone(key) && !known(key, recorded);
  }

  private static boolean known(WorkspaceKey key, Collection<Workspace> instances) {
    return instances.stream()
        .anyMatch(
            workspace ->
                !workspace.stopped()
                    && workspace.spec().owner().equals(key.owner())
                    && workspace.spec().metaId().equals(key.metaId()));
  }

  /**
   * Marks a snapshot as deleted, unless an instance begins with it: first the mark, then the look.
   * A start is recorded first and looks at the mark then, so that one of both sees the other. A
   * mark that was left by a fault stays, and the deletion is to be asked for again.
   */
  private boolean released(String id, Optional<Snapshot> known) throws WorkspaceFault {
    if (needed(id, tracker.all())) {
      return false;
    }
    if (known.isPresent() && known.get().deletedAt().isEmpty()) {
      snapshots.put(known.get().withDeletedAt(Optional.of(clock.instant())));
      if (snapshots.get(id).flatMap(Snapshot::deletedAt).isEmpty()) {
        // It was copied to its end meanwhile, by a manager that had stood still.
        return false;
      }
    }
    boolean needed = needed(id, store.recorded());
    requireAllReadable();
    if (needed && known.isPresent()) {
      snapshots.put(known.get().withDeletedAt(Optional.empty()));
    }
    return !needed;
  }

  /** Whether an instance begins with that snapshot and its content is not ready yet. */
  private static boolean needed(String id, Collection<Workspace> instances) {
    return instances.stream()
        .filter(StoredContentOperations::begins)
        .flatMap(workspace -> workspace.spec().initializer().snapshotUrls().stream())
        .anyMatch(url -> url.id().equals(id));
  }

  private static boolean begins(Workspace workspace) {
    return switch (workspace.phase()) {
      case PENDING, CREATING, INITIALIZING ->
          workspace.status().progress().contentReadyAt().isEmpty();
      case RUNNING, INTERRUPTED, STOPPING, STOPPED -> false;
    };
  }

  private static WorkspaceKey key(String owner, String metaId) throws WorkspaceFault {
    Violations violations = new Violations();
    violations.labelSafe("owner", owner);
    violations.labelSafe("meta_id", metaId);
    violations.throwIfAny();
    return new WorkspaceKey(owner, metaId);
  }

  private static <T> T attempt(Work<T> work) throws WorkspaceFault {
    try {
      return work.run();
    } catch (BackupFault fault) {
      throw switch (fault.kind()) {
        case RETRY -> WorkspaceFault.unavailable(fault.getMessage(), fault);
        case REFUSED, UNUSABLE, TOO_LARGE -> WorkspaceFault.failedPrecondition(fault.getMessage());
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw WorkspaceFault.unavailable("interrupted, to be done again", e);
    }
  }
}
