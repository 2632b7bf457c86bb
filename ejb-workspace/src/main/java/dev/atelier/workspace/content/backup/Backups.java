// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.ContentSandbox;
import dev.atelier.workspace.content.archive.Archives;
import dev.atelier.workspace.content.archive.ContentTree;
import dev.atelier.workspace.content.backup.StoredArchives.Entry;
import dev.atelier.workspace.content.backup.StoredArchives.Written;
import dev.atelier.workspace.content.store.ContentStore;
import dev.atelier.workspace.content.store.ContentStore.Upload;
import dev.atelier.workspace.content.store.MissingContentException;
import dev.atelier.workspace.domain.SnapshotUrl;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;

/**
 * Saves and restores content. Every call works in the thread that makes it; an interrupt of that
 * thread ends the work and the programs that do it. Everything may be done again at any time, by
 * several processes at once: what is whole is found and not written anew, and nothing is seen
 * before it is whole.
 */
public final class Backups {
  private static final Logger LOG = System.getLogger(Backups.class.getName());

  private final ContentStore store;
  private final StoredArchives stored;
  private final Archives archives;
  private final BackupSettings settings;
  private final InstantSource clock;
  private final ThreadFactory threads;

  /**
   * On one store.
   *
   * @param threads makes threads that end with the program whose streams they move
   * @param random tells apart what several save at once
   */
  public Backups(
      ContentStore store,
      Archives archives,
      BackupSettings settings,
      InstantSource clock,
      ThreadFactory threads,
      RandomGenerator random) {
    this.store = store;
    this.stored = new StoredArchives(store, random);
    this.archives = archives;
    this.settings = settings;
    this.clock = clock;
    this.threads = threads;
  }

  /**
   * Makes the final backup of an instance, unless it is there. Older backups beyond the last three
   * final ones, and live ones older than the newest final one, go afterwards.
   *
   * @param createdAt when the instance was created; part of the name, so always the same
   */
  public Saved saveFinal(
      ContentSandbox sandbox, WorkspaceKey key, String instanceId, Instant createdAt)
      throws BackupFault, InterruptedException {
    BackupName name = BackupName.last(instanceId, createdAt);
    String base = ContentNames.backup(key, name);
    Written written =
        Failures.attempt(
            () -> {
              Optional<Manifest> there = stored.whole(base);
              return there.isPresent()
                  ? new Written(there.get(), false)
                  : write(sandbox, base, key, name, Manifest.Kind.FINAL, Optional.empty());
            });
    prune(key);
    return Saved.of(name.url(key), written.now(), written.manifest());
  }

  /**
   * Makes a backup of an instance that runs, unless nothing has changed since the newest one of it:
   * then that is answered. Older live ones go afterwards.
   *
   * @param number of this backup among the live ones of the instance; doing the same number again
   *     finds what was made
   */
  public Saved saveLive(
      ContentSandbox sandbox, WorkspaceKey key, String instanceId, Instant createdAt, int number)
      throws BackupFault, InterruptedException {
    BackupName name = BackupName.live(instanceId, createdAt, number);
    Optional<Known> newest = Failures.attempt(() -> newest(key, name));
    if (newest.isPresent() && newest.get().name().compareTo(name) >= 0) {
      return newest.get().saved(key);
    }
    Optional<String> fingerprint =
        Failures.attempt(
            () -> new ContentTree(sandbox, threads).fingerprint(settings.saveTimeout()));
    if (newest.isPresent()
        && fingerprint.isPresent()
        && newest.get().manifest().fingerprint().equals(fingerprint)) {
      return newest.get().saved(key);
    }
    String base = ContentNames.backup(key, name);
    Written written =
        Failures.attempt(() -> write(sandbox, base, key, name, Manifest.Kind.LIVE, fingerprint));
    prune(key);
    return Saved.of(name.url(key), written.now(), written.manifest());
  }

  /** A backup that is there. */
  private record Known(BackupName name, Manifest manifest) {
    Saved saved(WorkspaceKey key) {
      return Saved.of(name.url(key), false, manifest);
    }
  }

  /** The newest whole backup of the instance that {@code wanted} is of. */
  private Optional<Known> newest(WorkspaceKey key, BackupName wanted)
      throws IOException, BackupFault {
    for (var named : named(key).descendingMap().entrySet()) {
      BackupName name = named.getKey();
      if (name.instanceId().equals(wanted.instanceId())
          && name.createdAt().equals(wanted.createdAt())
          && named.getValue().there()) {
        Optional<Manifest> whole = stored.whole(named.getValue().base());
        if (whole.isPresent()) {
          return Optional.of(new Known(name, whole.get()));
        }
      }
    }
    return Optional.empty();
  }

  private NavigableMap<BackupName, Entry> named(WorkspaceKey key) throws IOException {
    String prefix = ContentNames.backups(key);
    NavigableMap<BackupName, Entry> named = new TreeMap<>();
    for (Entry entry : stored.list(prefix)) {
      BackupName.parse(entry.base().substring(prefix.length()))
          .ifPresent(name -> named.put(name, entry));
    }
    return named;
  }

  /**
   * Makes a snapshot, unless it is there.
   *
   * @param id see {@link SnapshotUrl}
   * @param key of the instance that it is a copy of
   * @param createdAt when that instance was created
   */
  public Saved saveSnapshot(
      ContentSandbox sandbox, String id, WorkspaceKey key, String instanceId, Instant createdAt)
      throws BackupFault, InterruptedException {
    String url = new SnapshotUrl(id).toString();
    String base = ContentNames.snapshot(id);
    BackupName of = BackupName.last(instanceId, createdAt);
    Written written =
        Failures.attempt(
            () -> {
              Optional<Manifest> there = stored.whole(base);
              return there.isPresent()
                  ? new Written(there.get(), false)
                  : write(sandbox, base, key, of, Manifest.Kind.SNAPSHOT, Optional.empty());
            });
    return Saved.of(url, written.now(), written.manifest());
  }

  private Written write(
      ContentSandbox sandbox,
      String base,
      WorkspaceKey key,
      BackupName of,
      Manifest.Kind kind,
      Optional<String> fingerprint)
      throws ContentFault, IOException, InterruptedException {
    Instant begun = clock.instant();
    return stored.write(
        base,
        to -> archives.pack(sandbox, to, settings.saveTimeout()),
        (archiveName, archive) ->
            new Manifest(
                kind,
                key,
                of.instanceId(),
                of.createdAt(),
                begun,
                clock.instant(),
                fingerprint,
                archiveName,
                archive));
  }

  /** What cannot be removed now is removed with the next backup. */
  private void prune(WorkspaceKey key) throws InterruptedException {
    try {
      Failures.attempt(
          () -> {
            NavigableMap<BackupName, Entry> named = named(key);
            for (BackupName name : Kept.superfluous(named)) {
              stored.delete(named.get(name));
              named.remove(name);
            }
            Instant now = clock.instant();
            for (Entry entry : named.values()) {
              stored.sweep(entry, now);
            }
          });
    } catch (BackupFault e) {
      LOG.log(Level.WARNING, "old backups of {0} stay for now: {1}", key, e.getMessage());
    }
  }

  /**
   * Fills the workspace folder from the newest backup that is whole; whatever was in the folder
   * goes. On every fault the folder is empty.
   *
   * @param mostBytes of content that may be restored, 0: no limit; more is REFUSED, since an
   *     earlier backup would lose work
   * @return empty when there is no backup; the folder is as it was then
   * @throws BackupFault RETRY: the store is away, whether there is a backup is not known
   */
  public Optional<Restored> restoreBackup(ContentSandbox sandbox, WorkspaceKey key, long mostBytes)
      throws BackupFault, InterruptedException {
    return restoration(sandbox, mostBytes).newest(key);
  }

  /**
   * Fills the workspace folder from a snapshot; whatever was in the folder goes. On every fault the
   * folder is empty.
   *
   * @param id see {@link SnapshotUrl}
   * @param mostBytes of content that may be restored, 0: no limit
   * @throws BackupFault UNUSABLE: there is none of that id, or it is damaged
   */
  public Restored restoreSnapshot(ContentSandbox sandbox, String id, long mostBytes)
      throws BackupFault, InterruptedException {
    return restoration(sandbox, mostBytes).snapshot(id);
  }

  private Restoration restoration(ContentSandbox sandbox, long mostBytes) {
    return new Restoration(
        stored, archives, sandbox, threads, mostBytes, settings.restoreTimeout());
  }

  /**
   * Keeps what a headless instance has written, in place of what was kept of it before.
   *
   * @param log read to its end and not closed
   */
  public void saveLog(WorkspaceKey key, String instanceId, InputStream log)
      throws BackupFault, InterruptedException {
    Failures.attempt(
        () -> {
          try (Upload upload = store.begin(ContentNames.log(key, instanceId))) {
            log.transferTo(upload.stream());
            upload.commit();
          }
        });
  }

  /** What was kept of an instance's log; empty when nothing was. To be closed. */
  public Optional<InputStream> readLog(WorkspaceKey key, String instanceId)
      throws BackupFault, InterruptedException {
    return Failures.attempt(
        () -> {
          try {
            return Optional.of(store.read(ContentNames.log(key, instanceId)));
          } catch (MissingContentException e) {
            return Optional.empty();
          }
        });
  }
}
