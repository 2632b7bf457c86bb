// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The one lock of a data folder. It is the very file that the application locks where no launcher
 * has done so; the two have no class in common and agree by a system property, since closing any
 * other channel of that file would drop this process's lock.
 */
final class FolderLock {
  /** Before the folder's real path: who in this process has it. */
  private static final String CLAIM = "dev.atelier.data:";

  /** Says that the application may have it. */
  private static final String ON_OFFER = "launcher";

  private static final String FILE = "manager.lock";
  private static final int LONGEST_PID = 20;

  /** A channel that nobody refers to is closed with the next garbage collection. */
  private static final Map<Path, FileChannel> HELD = new ConcurrentHashMap<>();

  private FolderLock() {}

  /**
   * Takes the lock of a folder for as long as this process lives; nothing but the lock's own file
   * is touched.
   *
   * @param folder its real path
   * @return who has it already; empty: this process has it now
   */
  static Optional<String> take(Path folder) throws IOException {
    if (System.getProperties().putIfAbsent(CLAIM + folder, ON_OFFER) != null) {
      return Optional.of("this process");
    }
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              folder.resolve(FILE),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        return Optional.of(holder(channel));
      }
      channel.truncate(0);
      channel.write(ascii(Long.toString(ProcessHandle.current().pid())));
      HELD.put(folder, channel);
      return Optional.empty();
    } catch (OverlappingFileLockException e) {
      return Optional.of("this process");
    } finally {
      if (!HELD.containsKey(folder)) {
        if (channel != null) {
          channel.close();
        }
        System.clearProperty(CLAIM + folder);
      }
    }
  }

  /** Lets somebody else have it. */
  static void release(Path folder) throws IOException {
    System.clearProperty(CLAIM + folder);
    HELD.remove(folder).close();
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(LONGEST_PID);
    channel.read(text, 0);
    String pid = StandardCharsets.US_ASCII.decode(text.flip()).toString().strip();
    return pid.isEmpty() ? "another process" : "process " + pid;
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
