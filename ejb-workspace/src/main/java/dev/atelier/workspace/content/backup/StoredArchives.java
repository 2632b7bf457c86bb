// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.archive.Archive;
import dev.atelier.workspace.content.store.ContentStore;
import dev.atelier.workspace.content.store.ContentStore.Upload;
import dev.atelier.workspace.content.store.MissingContentException;
import dev.atelier.workspace.content.store.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Pairs of archive and manifest in the store. A pair is there once its manifest is. */
final class StoredArchives {
  private static final Logger LOG = System.getLogger(StoredArchives.class.getName());

  /** A manifest has some 65 bytes for 4 MiB of archive: this is one of 2 TiB. */
  private static final int MOST_MANIFEST_BYTES = 32 << 20;

  /** Nobody takes that long between an archive and its manifest. */
  private static final Duration SURELY_LEFT = Duration.ofDays(1);

  private final ContentStore store;
  private final RandomGenerator random;

  StoredArchives(ContentStore store, RandomGenerator random) {
    this.store = store;
    this.random = random;
  }

  /** Writes an archive. */
  @FunctionalInterface
  interface Packing {
    Archive pack(OutputStream to) throws ContentFault, IOException, InterruptedException;
  }

  /** Describes an archive that was just written. */
  @FunctionalInterface
  interface Description {
    Manifest of(String archiveName, Archive archive);
  }

  /** A manifest, and whether it was written by this very call. */
  record Written(Manifest manifest, boolean now) {}

  /**
   * What is known of one name from the list of objects alone.
   *
   * @param manifest null when there is none
   * @param archives mostly one; more where attempts were cut off
   */
  record Entry(String base, StoredObject manifest, List<StoredObject> archives) {
    /** Whether it seems whole; only its bytes could tell more. */
    boolean there() {
      return manifest != null && !archives.isEmpty();
    }

    long bytes() {
      long archived = archives.stream().mapToLong(StoredObject::size).sum();
      return archived + (manifest == null ? 0 : manifest.size());
    }
  }

  /** What is under names that begin with {@code prefix}, ordered by name. */
  List<Entry> list(String prefix) throws IOException {
    return entries(store.list(prefix));
  }

  /** Puts the objects of each name together. */
  static List<Entry> entries(List<StoredObject> objects) {
    TreeMap<String, Entry> entries = new TreeMap<>();
    for (StoredObject object : objects) {
      Optional<String> described = ContentNames.ofManifest(object.name());
      Optional<String> base = described.or(() -> ContentNames.ofArchive(object.name()));
      if (base.isEmpty()) {
        continue;
      }
      Entry known = entries.getOrDefault(base.get(), new Entry(base.get(), null, List.of()));
      if (described.isPresent()) {
        entries.put(base.get(), new Entry(base.get(), object, known.archives()));
      } else {
        List<StoredObject> archives = new ArrayList<>(known.archives());
        archives.add(object);
        entries.put(base.get(), new Entry(base.get(), known.manifest(), List.copyOf(archives)));
      }
    }
    return List.copyOf(entries.values());
  }

  /**
   * The manifest of that name.
   *
   * @throws MissingContentException there is none
   * @throws BackupFault it is damaged (UNUSABLE), or only a newer version reads it (REFUSED)
   */
  Manifest manifest(String base) throws IOException, BackupFault {
    try (InputStream stream = store.read(ContentNames.manifest(base))) {
      byte[] bytes = stream.readNBytes(MOST_MANIFEST_BYTES);
      Manifest manifest = Manifest.parse(new String(bytes, StandardCharsets.UTF_8));
      if (!ContentNames.ofArchive(manifest.archiveName()).equals(Optional.of(base))) {
        throw new BackupFault(
            BackupFault.Kind.UNUSABLE, "its description is that of something else", null);
      }
      return manifest;
    }
  }

  /**
   * The manifest of that name if it is there with its archive, as far as its size tells.
   *
   * @throws BackupFault only a newer version reads it (REFUSED)
   */
  Optional<Manifest> whole(String base) throws IOException, BackupFault {
    Manifest manifest;
    try {
      manifest = manifest(base);
    } catch (MissingContentException e) {
      return Optional.empty();
    } catch (BackupFault e) {
      if (e.kind() != BackupFault.Kind.UNUSABLE) {
        throw e;
      }
      LOG.log(Level.WARNING, "{0} is damaged: {1}", base, e.getMessage());
      return Optional.empty();
    }
    boolean whole =
        store.list(manifest.archiveName()).stream()
            .anyMatch(
                object ->
                    object.name().equals(manifest.archiveName())
                        && object.size() == manifest.archive().compressedBytes());
    return whole ? Optional.of(manifest) : Optional.empty();
  }

  /** The archive that a manifest describes. */
  InputStream archive(Manifest manifest) throws IOException {
    return store.read(manifest.archiveName());
  }

  /** Saves a pair, unless one of that name is there when its archive is. */
  Written write(String base, Packing packing, Description description)
      throws ContentFault, IOException, InterruptedException {
    String archiveName = ContentNames.archive(base, random.nextLong());
    Archive archive;
    try (Upload upload = store.begin(archiveName)) {
      archive = packing.pack(upload.stream());
      upload.commit();
    } catch (ContentFault | IOException | RuntimeException e) {
      // A commit whose answer was lost may have left it.
      discard(archiveName);
      throw e;
    }
    Optional<Manifest> meanwhile;
    try {
      meanwhile = whole(base);
    } catch (IOException | BackupFault e) {
      discard(archiveName);
      throw e;
    }
    if (meanwhile.isPresent()) {
      discard(archiveName);
      return new Written(meanwhile.get(), false);
    }
    Manifest manifest = description.of(archiveName, archive);
    try (Upload upload = store.begin(ContentNames.manifest(base))) {
      upload.stream().write(manifest.text().getBytes(StandardCharsets.UTF_8));
      // From here on it may be there, whatever the answer is: the archive must stay.
      upload.commit();
    }
    return new Written(manifest, true);
  }

  private void discard(String archiveName) {
    if (Thread.currentThread().isInterrupted()) {
      return;
    }
    try {
      store.delete(archiveName);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0} is left for a day: {1}", archiveName, e.getMessage());
    }
  }

  /** Removes a pair: from the first step on it is not there. */
  void delete(Entry entry) throws IOException {
    if (entry.manifest() != null) {
      store.delete(entry.manifest().name());
    }
    for (StoredObject archive : entry.archives()) {
      store.delete(archive.name());
    }
  }

  /** Removes archives that no manifest names and that are a day old. */
  void sweep(Entry entry, Instant now) throws IOException {
    List<StoredObject> old =
        entry.archives().stream()
            .filter(archive -> archive.modifiedAt().isBefore(now.minus(SURELY_LEFT)))
            .toList();
    if (old.isEmpty() || (entry.manifest() != null && entry.archives().size() < 2)) {
      return;
    }
    String named = "";
    if (entry.manifest() != null) {
      try {
        named = manifest(entry.base()).archiveName();
      } catch (MissingContentException | BackupFault e) {
        LOG.log(Level.DEBUG, "{0} is left as it is: {1}", entry.base(), e.getMessage());
        return;
      }
    }
    for (StoredObject archive : old) {
      if (!archive.name().equals(named)) {
        store.delete(archive.name());
      }
    }
  }
}
