// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import dev.atelier.workspace.content.backup.ContentNames.Split;
import dev.atelier.workspace.content.backup.StoredArchives.Entry;
import dev.atelier.workspace.content.store.ContentStore;
import dev.atelier.workspace.content.store.MissingContentException;
import dev.atelier.workspace.content.store.StoredObject;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.WorkspaceFault;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What is in the store, for those who run it. What is shown comes from the list of objects alone,
 * so thousands of workspaces cost a second and some megabytes; an archive that is damaged inside is
 * shown like any other. Every method throws RETRY or REFUSED when the store cannot be used.
 */
public final class StoredContent {
  private final ContentStore store;
  private final StoredArchives archives;

  /** Of one store. */
  public StoredContent(ContentStore store) {
    this.store = store;
    // Nothing is saved here, so nothing needs a name.
    this.archives = new StoredArchives(store, RandomGenerator.getDefault());
  }

  /**
   * One backup.
   *
   * @param name says of which instance and what kind
   * @param url what clients are told
   * @param bytes in the store
   * @param savedAt when it was whole
   */
  public record StoredBackup(BackupName name, String url, long bytes, Instant savedAt) {}

  /**
   * The backups of one workspace.
   *
   * @param key whose
   * @param backups oldest first; empty where only what was cut off is there
   * @param bytes in the store, with what was cut off
   * @param lastSavedAt when the newest object of it was written: the end of its last run
   */
  public record StoredWorkspace(
      WorkspaceKey key, List<StoredBackup> backups, long bytes, Instant lastSavedAt) {
    /** Copies the list. */
    public StoredWorkspace {
      backups = List.copyOf(backups);
    }
  }

  /**
   * One snapshot.
   *
   * @param id see {@link SnapshotUrl}
   * @param bytes in the store
   * @param savedAt when it was whole
   */
  public record StoredSnapshot(String id, long bytes, Instant savedAt) {}

  /**
   * The log of one headless instance.
   *
   * @param key of its workspace
   * @param instanceId whose
   * @param bytes of it
   * @param savedAt when it was written
   */
  public record StoredLog(WorkspaceKey key, String instanceId, long bytes, Instant savedAt) {}

  /** Every workspace with backups. */
  public List<StoredWorkspace> workspaces() throws BackupFault, InterruptedException {
    return Failures.attempt(() -> workspaces(ContentNames.BACKUPS));
  }

  /** The backups of one workspace; empty when there is nothing of it. */
  public Optional<StoredWorkspace> workspace(WorkspaceKey key)
      throws BackupFault, InterruptedException {
    return Failures.attempt(() -> workspaces(ContentNames.backups(key)).stream().findFirst());
  }

  /**
   * The bytes of files in the largest backup of one workspace that can be read; 0: there is none.
   */
  public long mostContentBytes(WorkspaceKey key) throws BackupFault, InterruptedException {
    return Failures.attempt(
        () -> {
          long most = 0;
          for (Entry entry : archives.list(ContentNames.backups(key))) {
            if (entry.there()) {
              most = Math.max(most, contentBytes(entry.base()));
            }
          }
          return most;
        });
  }

  /** Nothing of what is damaged, or of a newer version: whoever restores it says so. */
  private long contentBytes(String base) throws IOException {
    try {
      return archives.manifest(base).archive().contentBytes();
    } catch (MissingContentException | BackupFault e) {
      return 0;
    }
  }

  private List<StoredWorkspace> workspaces(String prefix) throws IOException {
    Map<WorkspaceKey, List<StoredObject>> objects = new LinkedHashMap<>();
    store.list(
        prefix,
        object ->
            ContentNames.split(ContentNames.BACKUPS, object.name())
                .map(Split::key)
                .ifPresent(
                    key -> objects.computeIfAbsent(key, one -> new ArrayList<>(4)).add(object)));
    return objects.entrySet().stream()
        .map(entry -> workspace(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static StoredWorkspace workspace(WorkspaceKey key, List<StoredObject> objects) {
    String prefix = ContentNames.backups(key);
    List<StoredBackup> backups = new ArrayList<>();
    for (Entry entry : StoredArchives.entries(objects)) {
      Optional<BackupName> name = BackupName.parse(entry.base().substring(prefix.length()));
      if (entry.there() && name.isPresent()) {
        Instant savedAt = entry.manifest().modifiedAt();
        backups.add(new StoredBackup(name.get(), name.get().url(key), entry.bytes(), savedAt));
      }
    }
    backups.sort(Comparator.comparing(StoredBackup::name));
    return new StoredWorkspace(
        key,
        backups,
        objects.stream().mapToLong(StoredObject::size).sum(),
        objects.stream()
            .map(StoredObject::modifiedAt)
            .max(Comparator.naturalOrder())
            .orElse(Instant.EPOCH));
  }

  /** Every snapshot that is whole, by id. */
  public List<StoredSnapshot> snapshots() throws BackupFault, InterruptedException {
    return Failures.attempt(
        () -> {
          List<StoredSnapshot> snapshots = new ArrayList<>();
          for (Entry entry : archives.list(ContentNames.SNAPSHOTS)) {
            String id = entry.base().substring(ContentNames.SNAPSHOTS.length());
            if (entry.there() && SnapshotUrl.isId(id)) {
              snapshots.add(new StoredSnapshot(id, entry.bytes(), entry.manifest().modifiedAt()));
            }
          }
          return snapshots;
        });
  }

  /** Of which workspace a snapshot is; empty when it is not there, or damaged. */
  public Optional<WorkspaceKey> workspaceOfSnapshot(String id)
      throws BackupFault, InterruptedException {
    return Failures.attempt(
        () -> {
          try {
            return Optional.of(archives.manifest(ContentNames.snapshot(id)).key());
          } catch (MissingContentException | BackupFault e) {
            return Optional.empty();
          }
        });
  }

  /** Every log that is kept. */
  public List<StoredLog> logs() throws BackupFault, InterruptedException {
    return Failures.attempt(
        () -> {
          List<StoredLog> logs = new ArrayList<>();
          store.list(
              ContentNames.LOGS,
              object ->
                  ContentNames.split(ContentNames.LOGS, object.name())
                      .flatMap(split -> log(split, object))
                      .ifPresent(logs::add));
          return logs;
        });
  }

  private static Optional<StoredLog> log(Split split, StoredObject object) {
    return ContentNames.instanceOfLog(split.rest())
        .map(id -> new StoredLog(split.key(), id, object.size(), object.modifiedAt()));
  }

  /** Asked just before the newest backup of a workspace is removed. */
  @FunctionalInterface
  public interface Unneeded {
    /** Whether no instance of it, whoever recorded it, may want its backup. */
    boolean of(WorkspaceKey key) throws WorkspaceFault;
  }

  /**
   * Removes the backups and logs of a workspace, whole ones and what was cut off. Its snapshots
   * stay: other workspaces may start from them.
   *
   * @return whether all are gone; else the newest backup and the logs have stayed
   */
  public boolean delete(WorkspaceKey key, Unneeded unneeded)
      throws BackupFault, InterruptedException, WorkspaceFault {
    if (!deleteBackups(key, unneeded)) {
      return false;
    }
    Failures.attempt(
        () -> {
          for (StoredObject object : store.list(ContentNames.logs(key))) {
            store.delete(object.name());
          }
        });
    return true;
  }

  /**
   * Removes the backups of a workspace, oldest first: an instance that begins meanwhile finds the
   * newest.
   *
   * @return whether all are gone; else the newest has stayed
   */
  boolean deleteBackups(WorkspaceKey key, Unneeded unneeded)
      throws BackupFault, InterruptedException, WorkspaceFault {
    List<Entry> entries = Failures.attempt(() -> archives.list(ContentNames.backups(key)));
    Optional<Entry> newest = entries.stream().filter(Entry::there).reduce((one, next) -> next);
    for (Entry entry : entries) {
      if (newest.filter(entry::equals).isPresent() && !unneeded.of(key)) {
        return false;
      }
      Failures.attempt(
          () -> {
            archives.delete(entry);
          });
    }
    return true;
  }

  /** Removes a snapshot; does nothing when there is none of that id. */
  public void deleteSnapshot(String id) throws BackupFault, InterruptedException {
    Failures.attempt(
        () -> {
          for (Entry entry : archives.list(ContentNames.snapshot(id))) {
            archives.delete(entry);
          }
        });
  }

  /** Removes the log of an instance; does nothing when there is none. */
  public void deleteLog(WorkspaceKey key, String instanceId)
      throws BackupFault, InterruptedException {
    Failures.attempt(() -> store.delete(ContentNames.log(key, instanceId)));
  }

  /** Removes what killed processes have left of snapshots a day ago or longer. */
  void sweepSnapshots(Instant now) throws BackupFault, InterruptedException {
    Failures.attempt(
        () -> {
          for (Entry entry : archives.list(ContentNames.SNAPSHOTS)) {
            archives.sweep(entry, now);
          }
        });
  }
}
