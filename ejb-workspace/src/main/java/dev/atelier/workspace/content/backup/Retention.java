// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import dev.atelier.workspace.content.backup.StoredContent.StoredLog;
import dev.atelier.workspace.content.backup.StoredContent.StoredSnapshot;
import dev.atelier.workspace.content.backup.StoredContent.StoredWorkspace;
import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.WorkspaceFault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Removes what has been kept long enough. A workspace with an active instance keeps everything. */
public final class Retention {
  private final StoredContent content;
  private final RetentionSettings settings;
  private final InstantSource clock;

  /** Of one store. */
  public Retention(StoredContent content, RetentionSettings settings, InstantSource clock) {
    this.content = content;
    this.settings = settings;
    this.clock = clock;
  }

  /** Takes care that nothing starts from a snapshot any more. */
  @FunctionalInterface
  public interface Release {
    /**
     * Whether it may be removed: nothing needs it, and nothing will.
     *
     * @param record what is recorded of it
     */
    boolean of(String id, Optional<Snapshot> record) throws WorkspaceFault;
  }

  /**
   * What was removed.
   *
   * @param workspaces whose backups
   * @param snapshots ids; what is recorded of them is for the caller to remove
   * @param logs how many
   */
  public record Removed(List<WorkspaceKey> workspaces, Set<String> snapshots, int logs) {
    /** There was nothing to remove. */
    public static final Removed NOTHING = new Removed(List.of(), Set.of(), 0);

    /** Copies what was given. */
    public Removed {
      workspaces = List.copyOf(workspaces);
      snapshots = Set.copyOf(snapshots);
    }
  }

  /**
   * Removes it now. A fault ends it; the next time goes on.
   *
   * @param known recorded snapshots; of those that are not, age alone counts
   * @param active whether an instance of that workspace has not stopped; asked just before
   * @param unneeded asked just before the last backup of a workspace is removed
   * @param release asked just before a snapshot is removed
   */
  public Removed run(
      Collection<Snapshot> known,
      Predicate<WorkspaceKey> active,
      StoredContent.Unneeded unneeded,
      Release release)
      throws BackupFault, InterruptedException, WorkspaceFault {
    Instant now = clock.instant();
    List<WorkspaceKey> workspaces = new ArrayList<>();
    if (settings.backups().isPresent()) {
      for (StoredWorkspace workspace : content.workspaces()) {
        if (expired(workspace, settings, now)
            && !active.test(workspace.key())
            && content.deleteBackups(workspace.key(), unneeded)) {
          workspaces.add(workspace.key());
        }
      }
    }
    Set<String> snapshots = snapshots(known, active, release, now);
    int logs = 0;
    if (settings.logs().isPresent()) {
      for (StoredLog log : content.logs()) {
        if (older(log.savedAt(), settings.logs(), now) && !active.test(log.key())) {
          content.deleteLog(log.key(), log.instanceId());
          logs++;
        }
      }
    }
    content.sweepSnapshots(now);
    return new Removed(workspaces, snapshots, logs);
  }

  private Set<String> snapshots(
      Collection<Snapshot> known, Predicate<WorkspaceKey> active, Release release, Instant now)
      throws BackupFault, InterruptedException, WorkspaceFault {
    Set<String> removed = new TreeSet<>();
    Set<String> superfluous = superfluous(known, settings, now);
    for (Snapshot snapshot : known) {
      WorkspaceKey key = new WorkspaceKey(snapshot.owner(), snapshot.metaId());
      if (superfluous.contains(snapshot.id())
          && !active.test(key)
          && release.of(snapshot.id(), Optional.of(snapshot))) {
        content.deleteSnapshot(snapshot.id());
        removed.add(snapshot.id());
      }
    }
    if (settings.snapshots().isPresent()) {
      Set<String> recorded = known.stream().map(Snapshot::id).collect(Collectors.toSet());
      for (StoredSnapshot snapshot : content.snapshots()) {
        if (!recorded.contains(snapshot.id())
            && older(snapshot.savedAt(), settings.snapshots(), now)
            && !content.workspaceOfSnapshot(snapshot.id()).map(active::test).orElse(false)
            && release.of(snapshot.id(), Optional.empty())) {
          content.deleteSnapshot(snapshot.id());
          removed.add(snapshot.id());
        }
      }
    }
    return removed;
  }

  /** Whether the backups of a workspace have been kept long enough. */
  static boolean expired(StoredWorkspace workspace, RetentionSettings settings, Instant now) {
    return older(workspace.lastSavedAt(), settings.backups(), now);
  }

  /** The ids of those that are too old or too many, or half deleted; none of those under way. */
  static Set<String> superfluous(
      Collection<Snapshot> known, RetentionSettings settings, Instant now) {
    Set<String> superfluous = new TreeSet<>();
    Map<WorkspaceKey, Integer> newer = new HashMap<>();
    List<Snapshot> newestFirst =
        known.stream()
            .filter(snapshot -> snapshot.state() != Snapshot.State.UNDERWAY)
            .sorted(
                Comparator.comparing(Snapshot::createdAt).thenComparing(Snapshot::id).reversed())
            .toList();
    for (Snapshot snapshot : newestFirst) {
      WorkspaceKey key = new WorkspaceKey(snapshot.owner(), snapshot.metaId());
      boolean counts = snapshot.state() == Snapshot.State.COMPLETE;
      int place = newer.merge(key, counts ? 1 : 0, Integer::sum);
      boolean tooMany = place > settings.snapshotsPerWorkspace().orElse(Integer.MAX_VALUE);
      if (snapshot.deletedAt().isPresent()
          || (counts && tooMany)
          || older(snapshot.createdAt(), settings.snapshots(), now)) {
        superfluous.add(snapshot.id());
      }
    }
    return superfluous;
  }

  private static boolean older(Instant at, Optional<Duration> limit, Instant now) {
    return limit.isPresent() && at.plus(limit.get()).isBefore(now);
  }
}
