// SPDX-License-Identifier: Apache-2.0
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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The folder that holds all that a manager keeps on its machine. One manager at a time: it is
 * locked from here to {@link #close}, or to the end of the process, however it comes. Where the
 * launcher has locked it for this process, its lock is the one.
 */
public final class DataFolder implements AutoCloseable {
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /** What the launcher, which has no class in common with this one, leaves for this one to take. */
  private static final String ON_OFFER = "launcher";

  private static final String TAKEN = "locked";
  private static final int LONGEST_PID = 20;

  /** A channel that nobody refers to is closed with the next garbage collection. */
  private static final Map<String, FileChannel> HELD = new ConcurrentHashMap<>();

  private final Path root;
  private final String claim;

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
      if (!System.getProperties().replace(claim, ON_OFFER, TAKEN)) {
        if (System.getProperties().putIfAbsent(claim, TAKEN) != null) {
          throw inUse("this process");
        }
        lock(this.root.resolve("manager.lock"));
      }
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

  /**
   * Lets another manager have it: any other, or where the launcher has locked it, of this process.
   */
  @Override
  public void close() {
    FileChannel channel = HELD.remove(claim);
    if (channel == null) {
      System.getProperties().replace(claim, TAKEN, ON_OFFER);
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the lock of " + root + " cannot be released: " + e, e);
    } finally {
      System.getProperties().remove(claim);
    }
  }

  private void lock(Path file) throws IOException {
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        throw inUse(holder(channel));
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
      HELD.put(claim, channel);
    } finally {
      if (!HELD.containsKey(claim)) {
        if (channel != null) {
          channel.close();
        }
        System.getProperties().remove(claim);
      }
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(LONGEST_PID);
    channel.read(text, 0);
    String pid = StandardCharsets.US_ASCII.decode(text.flip()).toString().strip();
    return pid.isEmpty() ? "another process" : "process " + pid;
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
