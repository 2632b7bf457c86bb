// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/** One file on its way into a {@link FolderContentStore}. */
final class FolderUpload implements ContentStore.Upload {
  private static final Logger LOG = System.getLogger(FolderUpload.class.getName());
  private static final FileAttribute<?> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /** Of system properties, since other class loaders of this process have them too. */
  private static final String CLAIM = "dev.atelier.content.upload:";

  private static final int BUFFER = 1 << 18;

  /** Each try is lost only to a removal that has emptied the folder just then. */
  private static final int TRIES = 1000;

  private final Path objects;
  private final Path file;
  private final Path target;
  private final FolderFaults faults;
  private final FileChannel channel;
  private final UploadStream stream;

  private FolderUpload(
      Path objects, Path file, Path target, FolderFaults faults, FileChannel channel) {
    this.objects = objects;
    this.file = file;
    this.target = target;
    this.faults = faults;
    this.channel = channel;
    OutputStream buffered = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
    this.stream = new UploadStream(buffered, e -> faults.of("be written", e));
  }

  static FolderUpload begin(Path objects, Path unfinished, Path target, FolderFaults faults)
      throws IOException {
    Path file = unfinished.resolve(UUID.randomUUID().toString());
    System.setProperty(CLAIM + file.getFileName(), "written");
    FileChannel channel = null;
    try {
      channel = create(file);
      if (channel.tryLock() == null) {
        throw new IOException("a new file is locked by another process");
      }
      return new FolderUpload(objects, file, target, faults, channel);
    } catch (IOException e) {
      release(file, channel);
      throw faults.of("be written", e);
    }
  }

  /** Whether this process writes it. */
  static boolean underWayHere(Path file) {
    return System.getProperty(CLAIM + file.getFileName()) != null;
  }

  /** Writes and removes a block. */
  static void probe(Path unfinished) throws IOException {
    Path file = unfinished.resolve(UUID.randomUUID().toString());
    try (FileChannel channel = create(file)) {
      channel.write(ByteBuffer.allocate(4096));
      channel.force(true);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_FILE);
  }

  @Override
  public OutputStream stream() {
    return stream;
  }

  @Override
  public void commit() throws IOException {
    stream.end();
    try {
      channel.force(true);
      rename();
      sync();
    } catch (IOException e) {
      throw faults.of("be written", e);
    }
  }

  private void rename() throws IOException {
    for (int tried = 1; ; tried++) {
      try {
        Files.createDirectories(target.getParent(), FolderContentStore.OWNER_FOLDER);
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        return;
      } catch (NoSuchFileException | FileAlreadyExistsException e) {
        if (tried == TRIES || !Files.exists(file) || !Files.isDirectory(objects)) {
          throw e;
        }
      }
    }
  }

  /** All of them: another process may have made one and not have come to sync it. */
  private void sync() throws IOException {
    Path folder = target.getParent();
    while (true) {
      try {
        FolderContentStore.sync(folder);
      } catch (NoSuchFileException e) {
        // Only when the object was removed already; the others are pruned or in use.
      }
      if (folder.equals(objects)) {
        return;
      }
      folder = folder.getParent();
    }
  }

  @Override
  public void close() {
    release(file, channel);
  }

  private static void release(Path file, FileChannel channel) {
    try {
      // A committed one has another name by now.
      Files.deleteIfExists(file);
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "an unfinished upload is left until the next start", e);
    } finally {
      System.clearProperty(CLAIM + file.getFileName());
    }
  }
}
