// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import dev.atelier.workspace.content.FolderSandbox;
import dev.atelier.workspace.content.archive.ArchiveSettings;
import dev.atelier.workspace.content.archive.Archives;
import dev.atelier.workspace.content.store.ContentStore;
import dev.atelier.workspace.content.store.FaultyContentStore;
import dev.atelier.workspace.content.store.FolderContentStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A store in a folder, and backups on it. */
public final class BackupFixture {
  static final WorkspaceKey KEY = new WorkspaceKey("owner", "amber-fox");
  static final Instant BEGIN = Instant.parse("2026-11-01T10:00:00Z");

  final Path parent;
  public final FaultyContentStore store;
  public final Backups backups;

  public BackupFixture(Path parent) throws IOException {
    this(parent, InstantSource.system());
  }

  BackupFixture(Path parent, InstantSource clock) throws IOException {
    this.parent = parent;
    this.store = new FaultyContentStore(new FolderContentStore(parent.resolve("store"), clock));
    this.backups = backups(store, clock, new Random());
  }

  static Backups backups(ContentStore store, InstantSource clock, Random random) {
    ArchiveSettings settings = ArchiveSettings.defaults();
    return new Backups(
        store,
        new Archives(settings, BackupFixture::daemon),
        BackupSettings.defaults(),
        clock,
        BackupFixture::daemon,
        random);
  }

  static Thread daemon(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    return thread;
  }

  public FolderSandbox sandbox(String name) throws IOException {
    return FolderSandbox.direct(parent.resolve(name));
  }

  public static FolderSandbox write(FolderSandbox sandbox, String file, String text)
      throws IOException {
    Path path = sandbox.folder().resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
    return sandbox;
  }

  static String read(FolderSandbox sandbox, String file) throws IOException {
    return Files.readString(sandbox.folder().resolve(file));
  }

  /** Creation of the n-th instance. */
  static Instant created(int n) {
    return BEGIN.plusSeconds(3600L * n);
  }

  Saved saveFinal(FolderSandbox sandbox, int n) throws BackupFault, InterruptedException {
    return backups.saveFinal(sandbox, KEY, "instance-" + n, created(n));
  }

  Saved saveLive(FolderSandbox sandbox, int n, int number)
      throws BackupFault, InterruptedException {
    return backups.saveLive(sandbox, KEY, "instance-" + n, created(n), number);
  }

  /** What is in the store of the workspace's backups, without the random parts of names. */
  Set<String> stored() throws IOException {
    Set<String> names = new TreeSet<>();
    String prefix = ContentNames.backups(KEY);
    store.list(
        prefix,
        object ->
            names.add(
                object
                    .name()
                    .substring(prefix.length())
                    .replaceFirst("^\\d{15}-", "")
                    .replaceFirst("\\.[0-9a-f]{16}\\.tar", ".tar")));
    return names;
  }

  /** Names, permissions and texts of everything in a folder. */
  static Map<String, String> tree(Path folder) throws IOException {
    Map<String, String> tree = new TreeMap<>();
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = walk.toList();
    }
    for (Path path : paths) {
      String text =
          Files.isSymbolicLink(path)
              ? "-> " + Files.readSymbolicLink(path)
              : PosixFilePermissions.toString(Files.getPosixFilePermissions(path))
                  + (Files.isRegularFile(path) ? " " + Files.readString(path) : "/");
      tree.put(folder.relativize(path).toString(), text);
    }
    return tree;
  }
}
