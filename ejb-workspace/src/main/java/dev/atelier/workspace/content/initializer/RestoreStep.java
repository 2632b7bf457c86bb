// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.ContentSandbox;
import dev.atelier.workspace.content.archive.ContentTree;
import dev.atelier.workspace.content.backup.BackupFault;
import dev.atelier.workspace.content.backup.Backups;
import dev.atelier.workspace.content.backup.Restored;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.SnapshotUrl;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/** Initializers that fill the whole folder from the store, in place of what is in it. */
final class RestoreStep {
  private static final Duration EMPTY_TIMEOUT = Duration.ofMinutes(10);

  private final Backups backups;
  private final ContentRequest request;
  private final ContentSandbox sandbox;
  private final ThreadFactory threads;
  private final Consumer<String> progress;

  RestoreStep(
      Backups backups,
      ContentRequest request,
      ContentSandbox sandbox,
      ThreadFactory threads,
      Consumer<String> progress) {
    this.backups = backups;
    this.request = request;
    this.sandbox = sandbox;
    this.threads = threads;
    this.progress = progress;
  }

  /** When a backup was made, for people. */
  static String time(Restored restored) {
    return restored.savedAt().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** The last backup of owner and meta id, where there is one. */
  Optional<Restored> backup() throws ContentFault, InterruptedException {
    progress.accept("Looking for a backup");
    try {
      return backups
          .restoreBackup(sandbox, request.workspace(), request.room().ofBackup())
          .map(request.room()::noted);
    } catch (BackupFault e) {
      throw request.room().inWords("the backup", e);
    }
  }

  /** The last backup, which there must be. */
  Restored backup(Initializer.Backup step) throws ContentFault, InterruptedException {
    refuseVolumeSnapshot(step.fromVolumeSnapshot());
    return backup()
        .orElseThrow(() -> new ContentFault("there is no backup of " + request.workspace()));
  }

  Restored snapshot(Initializer.Snapshot step) throws ContentFault, InterruptedException {
    refuseVolumeSnapshot(step.fromVolumeSnapshot());
    SnapshotUrl url =
        SnapshotUrl.parse(step.snapshot())
            .orElseThrow(() -> new ContentFault("that is not the URL of a snapshot"));
    progress.accept("Restoring a snapshot");
    try {
      return backups.restoreSnapshot(sandbox, url.id(), request.room().bytes());
    } catch (BackupFault e) {
      throw request.room().inWords("snapshot " + url, e);
    }
  }

  private static void refuseVolumeSnapshot(boolean wanted) throws ContentFault {
    if (wanted) {
      throw new ContentFault("there are no volume snapshots on this runtime");
    }
  }

  /** Empties the folder. */
  void empty() throws ContentFault, InterruptedException {
    new ContentTree(sandbox, threads).empty(EMPTY_TIMEOUT);
  }
}
