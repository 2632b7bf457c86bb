// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import dev.atelier.workspace.content.store.Grant;
import dev.atelier.workspace.domain.SnapshotUrl;
import java.util.Optional;
import java.util.Set;

/**
 * What the work on one instance's content needs of the store: to read and tidy up the backups of
 * its workspace, to write those of its own and its log, to make its snapshots, and to read those
 * that it starts from.
 *
 * @param workspace whose content it is
 * @param instanceId of the instance
 * @param begins ids of the snapshots that it may start from
 * @param makes ids of the snapshots that are being made of it
 */
public record ContentGrant(
    WorkspaceKey workspace, String instanceId, Set<String> begins, Set<String> makes)
    implements Grant {
  /**
   * Refuses what cannot stand in a name.
   *
   * @throws IllegalArgumentException the instance's id is not safe as a label, or a snapshot's is
   *     none
   */
  public ContentGrant {
    WorkspaceKey.require(instanceId);
    begins = Set.copyOf(begins);
    makes = Set.copyOf(makes);
    begins.forEach(SnapshotUrl::new);
    makes.forEach(SnapshotUrl::new);
  }

  @Override
  public boolean covers(Act act, String name) {
    String backups = ContentNames.backups(workspace);
    return switch (act) {
      case LIST -> name.startsWith(backups) || makes.stream().anyMatch(id -> isOf(id, name));
      case READ ->
          name.startsWith(backups)
              || begins.stream().anyMatch(id -> isOf(id, name))
              || makes.stream().anyMatch(id -> isOf(id, name))
              || isLog(name);
      case WRITE ->
          isOwn(backups, name) || makes.stream().anyMatch(id -> isOf(id, name)) || isLog(name);
      case DELETE -> name.startsWith(backups) || makes.stream().anyMatch(id -> isOf(id, name));
    };
  }

  /** Whether it is a part of a backup of this very instance. */
  private boolean isOwn(String backups, String name) {
    return name.startsWith(backups)
        && base(name)
            .flatMap(base -> BackupName.parse(base.substring(backups.length())))
            .map(backup -> backup.instanceId().equals(instanceId))
            .orElse(false);
  }

  private static boolean isOf(String snapshot, String name) {
    return base(name).map(base -> base.equals(ContentNames.snapshot(snapshot))).orElse(false);
  }

  private boolean isLog(String name) {
    return name.equals(ContentNames.log(workspace, instanceId));
  }

  private static Optional<String> base(String name) {
    return ContentNames.ofManifest(name).or(() -> ContentNames.ofArchive(name));
  }
}
