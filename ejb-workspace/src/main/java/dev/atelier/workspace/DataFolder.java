package dev.atelier.workspace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The folder that holds all that a manager keeps on its machine. One manager at a time: it is
 * locked from here to {@link #close}, or to the end of the process, however it comes.
 */
public final class DataFolder implements AutoCloseable {
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path root;
  private final String claim;
  private final FileChannel lock;

  /**
   * Makes the folder with mode 0700, unless it is there (then its mode is left as it is), and locks
   * it.
   *
   * @throws IllegalStateException another manager has it; the message says which process. Or only a
   *     newer version may touch it
   * @throws UncheckedIOException it cannot be made or written
   */
  public DataFolder(Path root) {
    try {
      this.root = Files.createDirectories(root.toAbsolutePath(), OWNER_ONLY).toRealPath();
      // Closing any channel of a file drops the whole process's lock on it, so a second manager in
      // this JVM (another deployment, another class loader) must not even open it.
      this.claim = "dev.atelier.data:" + this.root;
      if (System.getProperties().putIfAbsent(claim, "locked") != null) {
        throw inUse("this process");
      }
      this.lock = locked(this.root.resolve("manager.lock"), claim);
      boolean readable = false;
      try {
        FolderFormat.settle(this.root);
        readable = true;
      } finally {
        if (!readable) {
          close();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("data folder " + root + " cannot be used: " + e, e);
    }
  }

  /** Where it is: absolute, without links. */
  public Path root() {
    return root;
  }

  /** A folder of that name in it, made with mode 0700 when it is not there. */
  public Path folder(String name) {
    try {
      return Files.createDirectories(root.resolve(name), OWNER_ONLY);
    } catch (IOException e) {
      throw new UncheckedIOException("folder " + name + " in " + root + " cannot be made: " + e, e);
    }
  }

  /** Lets another manager have it. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the lock of " + root + " cannot be released: " + e, e);
    } finally {
      System.getProperties().remove(claim);
    }
  }

  private FileChannel locked(Path file, String claim) throws IOException {
    FileChannel channel = null;
    boolean locked = false;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        throw inUse("process " + pid(channel));
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
      locked = true;
      return channel;
    } finally {
      if (!locked) {
        if (channel != null) {
          channel.close();
        }
        System.getProperties().remove(claim);
      }
    }
  }

  private static String pid(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(20);
    channel.read(text, 0);
    return StandardCharsets.US_ASCII.decode(text.flip()).toString();
  }

  private IllegalStateException inUse(String by) {
    return new IllegalStateException(
        "data folder "
            + root
            + " is in use by another manager ("
            + by
            + "): stop it, or give this one a folder of its own with atelier.data.directory");
  }
}
