// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;

/**
 * Objects are files below {@code objects}. One is written in {@code unfinished}, on the same file
 * system, locked by its process, synced, and renamed.
 */
public final class FolderContentStore implements ContentStore {
  static final FileAttribute<?> OWNER_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /** Longer than a process needs from the making of a file to its lock. */
  private static final Duration SURELY_LOCKED = Duration.ofMinutes(1);

  private final Path objects;
  private final Path unfinished;
  private final FolderFaults faults;
  private final InstantSource clock;

  /**
   * Makes the folder, for its owner alone, unless it is there.
   *
   * @param root its parent must be there; processes may share it
   * @throws ContentStoreFault it cannot be made
   */
  public FolderContentStore(Path root, InstantSource clock) throws IOException {
    this.clock = clock;
    this.objects = root.toAbsolutePath().normalize().resolve("objects");
    this.unfinished = root.toAbsolutePath().normalize().resolve("unfinished");
    this.faults = new FolderFaults(root.toAbsolutePath().normalize());
    try {
      Files.createDirectories(objects, OWNER_FOLDER);
      Files.createDirectories(unfinished, OWNER_FOLDER);
      sync(objects.getParent());
    } catch (IOException e) {
      throw faults.of("be made", e);
    }
  }

  @Override
  public Upload begin(String name) throws IOException {
    Path target = objects.resolve(ObjectNames.name(name));
    return FolderUpload.begin(objects, unfinished, target, faults);
  }

  @Override
  public InputStream read(String name) throws IOException {
    Path file = objects.resolve(ObjectNames.name(name));
    try {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new NoSuchFileException(file.toString());
      }
      return new Reading(Files.newInputStream(file));
    } catch (NoSuchFileException e) {
      if (Files.isDirectory(objects)) {
        throw new MissingContentException(name);
      }
      throw faults.of("be read", e);
    } catch (IOException e) {
      throw faults.of("be read", e);
    }
  }

  /** Says what went wrong in words of the store. */
  private final class Reading extends FilterInputStream {
    private Reading(InputStream file) {
      super(file);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException e) {
        throw faults.of("be read", e);
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return super.read(bytes, offset, length);
      } catch (IOException e) {
        throw faults.of("be read", e);
      }
    }
  }

  @Override
  public void list(String prefix, Visitor visitor) throws IOException {
    int cut = ObjectNames.prefix(prefix).lastIndexOf('/') + 1;
    if (!Files.isDirectory(objects)) {
      throw faults.of("be listed", new NoSuchFileException(objects.toString()));
    }
    list(prefix.substring(0, cut), prefix.substring(cut), visitor);
  }

  private void list(String folder, String beginning, Visitor visitor) throws IOException {
    for (Map.Entry<String, BasicFileAttributes> entry : entries(folder, beginning).entrySet()) {
      String name = folder + entry.getKey();
      if (entry.getValue().isDirectory()) {
        list(name, "", visitor);
      } else {
        visitor.visit(
            new StoredObject(
                name, entry.getValue().size(), entry.getValue().lastModifiedTime().toInstant()));
      }
    }
  }

  /** A folder's name ends with a slash, so that the order is that of whole names. */
  private Map<String, BasicFileAttributes> entries(String folder, String beginning)
      throws IOException {
    Map<String, BasicFileAttributes> entries = new TreeMap<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(objects.resolve(folder), beginning + "*")) {
      for (Path file : files) {
        attributes(file, entries);
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      // Nothing there, or no longer.
      return entries;
    } catch (DirectoryIteratorException e) {
      throw faults.of("be listed", e.getCause());
    } catch (IOException e) {
      throw faults.of("be listed", e);
    }
    return entries;
  }

  private static void attributes(Path file, Map<String, BasicFileAttributes> entries)
      throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (attributes.isDirectory()) {
        entries.put(file.getFileName() + "/", attributes);
      } else if (attributes.isRegularFile()) {
        entries.put(file.getFileName().toString(), attributes);
      }
    } catch (NoSuchFileException e) {
      // Removed since the folder was read.
      return;
    }
  }

  @Override
  public void delete(String name) throws IOException {
    Path file = objects.resolve(ObjectNames.name(name));
    try {
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.deleteIfExists(file)) {
        sync(file.getParent());
        prune(file.getParent());
      }
    } catch (NoSuchFileException e) {
      // Another delete was faster, and has pruned the folder that was to be synced.
      return;
    } catch (IOException e) {
      throw faults.of("be removed from", e);
    }
  }

  /** A commit that needs a folder which is pruned here makes it again. */
  private void prune(Path emptied) throws IOException {
    Path folder = emptied;
    try {
      while (!folder.equals(objects)) {
        Files.deleteIfExists(folder);
        folder = folder.getParent();
      }
    } catch (DirectoryNotEmptyException e) {
      // As far as it goes.
      return;
    }
  }

  @Override
  public void check() throws IOException {
    try {
      FolderUpload.probe(unfinished);
      if (!Files.isDirectory(objects) || !Files.isWritable(objects)) {
        throw new AccessDeniedException(objects.toString());
      }
    } catch (IOException e) {
      throw faults.of("be used", e);
    }
  }

  @Override
  public void sweep() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(unfinished)) {
      for (Path file : files) {
        sweep(file);
      }
    } catch (DirectoryIteratorException e) {
      throw faults.of("be swept", e.getCause());
    } catch (IOException e) {
      throw faults.of("be swept", e);
    }
  }

  private void sweep(Path file) throws IOException {
    // Closing any channel of a file drops this process's lock on it, so its own are not opened.
    if (FolderUpload.underWayHere(file)) {
      return;
    }
    try {
      if (Files.getLastModifiedTime(file)
          .toInstant()
          .isAfter(clock.instant().minus(SURELY_LOCKED))) {
        return;
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock()) {
        if (lock != null) {
          Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      // Committed or removed since the folder was read.
      return;
    } catch (OverlappingFileLockException e) {
      // Begun in this process since it was looked at above.
      return;
    }
  }

  @Override
  public void close() {
    // Holds nothing open.
  }

  /** Makes the entries of a folder durable. */
  static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
