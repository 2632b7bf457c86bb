// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.ContentSandbox;
import dev.atelier.workspace.content.archive.Archives;
import dev.atelier.workspace.content.archive.ContentTree;
import dev.atelier.workspace.content.backup.BackupFault.Kind;
import dev.atelier.workspace.content.backup.StoredArchives.Entry;
import dev.atelier.workspace.content.store.MissingContentException;
import dev.atelier.workspace.domain.SnapshotUrl;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/**
 * One filling of a workspace folder from the store: all of it, or nothing is left in the folder.
 */
final class Restoration {
  private static final Logger LOG = System.getLogger(Restoration.class.getName());

  /** Others may remove old backups meanwhile; each time there is a newer one. */
  private static final int LOOKS = 5;

  private final StoredArchives stored;
  private final Archives archives;
  private final ContentSandbox sandbox;
  private final ContentTree tree;
  private final long mostBytes;
  private final Duration timeout;

  Restoration(
      StoredArchives stored,
      Archives archives,
      ContentSandbox sandbox,
      ThreadFactory threads,
      long mostBytes,
      Duration timeout) {
    this.stored = stored;
    this.archives = archives;
    this.sandbox = sandbox;
    this.tree = new ContentTree(sandbox, threads);
    this.mostBytes = mostBytes == 0 ? Long.MAX_VALUE : mostBytes;
    this.timeout = timeout;
  }

  /** A damaged backup, and why nothing can be made of it. */
  private record Damaged(BackupName name, String why) {}

  Optional<Restored> newest(WorkspaceKey key) throws BackupFault, InterruptedException {
    List<Damaged> damaged = new ArrayList<>();
    for (int look = 0; look < LOOKS; look++) {
      Map<BackupName, Entry> candidates = Failures.attempt(() -> candidates(key));
      damaged.forEach(one -> candidates.remove(one.name()));
      if (candidates.isEmpty() && damaged.isEmpty()) {
        return Optional.empty();
      }
      if (candidates.isEmpty()) {
        throw new BackupFault(Kind.UNUSABLE, "every backup of " + key + is(damaged), null);
      }
      Optional<Restored> restored = first(key, candidates, damaged);
      if (restored.isPresent()) {
        return restored;
      }
    }
    throw new BackupFault(Kind.RETRY, "the backups of " + key + " change all the time", null);
  }

  private static String is(List<Damaged> damaged) {
    return " is damaged; the newest: " + damaged.get(0).why();
  }

  /** Empty when one that was there is there no more, or all that were there are damaged. */
  private Optional<Restored> first(
      WorkspaceKey key, Map<BackupName, Entry> candidates, List<Damaged> damaged)
      throws BackupFault, InterruptedException {
    List<BackupName> names =
        candidates.keySet().stream().sorted(Comparator.reverseOrder()).toList();
    for (BackupName name : names) {
      String base = candidates.get(name).base();
      try {
        Optional<Manifest> filled = fill(base);
        return filled.map(manifest -> restored(name.url(key), manifest, damaged));
      } catch (BackupFault e) {
        if (e.kind() != Kind.UNUSABLE) {
          throw e;
        }
        LOG.log(Level.WARNING, "{0} is damaged: {1}", base, e.getMessage());
        damaged.add(new Damaged(name, e.getMessage()));
      }
    }
    return Optional.empty();
  }

  private static Restored restored(String url, Manifest manifest, List<Damaged> damaged) {
    List<String> notes =
        damaged.stream()
            .map(
                one ->
                    "backup %s is damaged (%s): the earlier one of %s was used"
                        .formatted(
                            one.name(),
                            one.why(),
                            manifest.finishedAt().truncatedTo(ChronoUnit.SECONDS)))
            .toList();
    return new Restored(url, manifest.begunAt(), manifest.archive().contentBytes(), notes);
  }

  private Map<BackupName, Entry> candidates(WorkspaceKey key) throws IOException {
    String prefix = ContentNames.backups(key);
    Map<BackupName, Entry> candidates = new HashMap<>();
    for (Entry entry : stored.list(prefix)) {
      if (entry.manifest() != null) {
        BackupName.parse(entry.base().substring(prefix.length()))
            .ifPresent(name -> candidates.put(name, entry));
      }
    }
    return candidates;
  }

  Restored snapshot(String id) throws BackupFault, InterruptedException {
    SnapshotUrl url = new SnapshotUrl(id);
    try {
      return fill(ContentNames.snapshot(id))
          .map(manifest -> restored(url.toString(), manifest, List.of()))
          .orElseThrow(() -> new BackupFault(Kind.UNUSABLE, "there is no snapshot " + url, null));
    } catch (BackupFault e) {
      if (e.kind() == Kind.UNUSABLE && !e.getMessage().contains(id)) {
        throw new BackupFault(
            Kind.UNUSABLE, "snapshot " + url + " is damaged: " + e.getMessage(), e);
      }
      throw e;
    }
  }

  /** Fills the emptied folder; empty when there is nothing of that name, or no more. */
  private Optional<Manifest> fill(String base) throws BackupFault, InterruptedException {
    Failures.attempt(() -> tree.empty(timeout));
    boolean whole = false;
    try {
      Optional<Manifest> filled = Failures.attempt(() -> unpack(base));
      whole = true;
      return filled;
    } finally {
      if (!whole) {
        emptyAfterFault();
      }
    }
  }

  private Optional<Manifest> unpack(String base)
      throws ContentFault, IOException, InterruptedException {
    Manifest manifest;
    try {
      manifest = stored.manifest(base);
    } catch (MissingContentException e) {
      return Optional.empty();
    }
    try (InputStream archive = stored.archive(manifest)) {
      archives.unpack(sandbox, archive, manifest.archive(), mostBytes, timeout);
      return Optional.of(manifest);
    } catch (MissingContentException e) {
      tree.empty(timeout);
      // Removed meanwhile, or replaced; else its archive alone is gone.
      if (stillDescribes(base, manifest)) {
        throw new BackupFault(Kind.UNUSABLE, "its archive is gone", e);
      }
      return Optional.empty();
    }
  }

  private boolean stillDescribes(String base, Manifest manifest) throws IOException, BackupFault {
    try {
      return stored.manifest(base).archiveName().equals(manifest.archiveName());
    } catch (MissingContentException e) {
      return false;
    }
  }

  private void emptyAfterFault() throws InterruptedException {
    try {
      tree.empty(timeout);
    } catch (ContentFault e) {
      LOG.log(Level.WARNING, "a workspace folder that could not be filled: {0}", e.getMessage());
    }
  }
}
