// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** The output of an instance, which its launcher writes to a file and to one before it. */
final class OutputLog {
  /** Bytes among which last words are found: colours and steps of progress take some of them. */
  private static final int TAIL = 65_536;

  private OutputLog() {}

  /** What was written last, more than last words are; empty when nothing was. */
  static String end(InstanceFolder folder) throws IOException {
    return new String(end(folder, TAIL), StandardCharsets.UTF_8);
  }

  /** The last bytes of all that is kept, at most {@code most}; from the start of a line on. */
  static byte[] end(InstanceFolder folder, int most) throws IOException {
    byte[] newest = tail(folder.output(), most + 1);
    byte[] before = tail(folder.earlierOutput(), most + 1 - newest.length);
    byte[] all = Arrays.copyOf(before, before.length + newest.length);
    System.arraycopy(newest, 0, all, before.length, newest.length);
    int from = Math.max(0, all.length - most);
    int line = from;
    while (from > 0 && line < all.length && all[line - 1] != '\n') {
      line++;
    }
    return Arrays.copyOfRange(all, line < all.length ? line : from, all.length);
  }

  private static byte[] tail(Path file, int most) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      ByteBuffer bytes = ByteBuffer.allocate(most);
      channel.position(Math.max(0, channel.size() - most));
      int count = 0;
      while (bytes.hasRemaining() && count >= 0) {
        count = channel.read(bytes);
      }
      return Arrays.copyOf(bytes.array(), bytes.position());
    } catch (NoSuchFileException e) {
      return new byte[0];
    }
  }

  /** All that is kept, oldest first. */
  static InputStream kept(InstanceFolder folder) throws IOException {
    List<InputStream> parts = new ArrayList<>();
    for (Path part : List.of(folder.earlierOutput(), folder.output())) {
      if (Files.exists(part)) {
        parts.add(Files.newInputStream(part));
      }
    }
    return new SequenceInputStream(Collections.enumeration(parts));
  }

  /**
   * All that is kept of the output, then what comes, until the instance has ended. A reader that is
   * too slow misses what was rotated away meanwhile.
   */
  static InputStream follow(LocalInstance instance, OutputWatch watch) throws IOException {
    return new Follower(instance, watch);
  }

  private static final class Follower extends InputStream {
    private final InstanceFolder folder;
    private final LocalInstance instance;
    private final OutputWatch watch;
    private final Semaphore changes = new Semaphore(0);
    private final Runnable changed = changes::release;
    private final OutputWatch.Registration registration;
    private Optional<SeekableByteChannel> open = Optional.empty();
    private Object key = "";
    private boolean earlierRead;

    private Follower(LocalInstance instance, OutputWatch watch) throws IOException {
      this.folder = instance.folder;
      this.instance = instance;
      this.watch = watch;
      this.registration = watch.follow(folder.root(), changed);
      instance.tellOfEnd(changed);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (true) {
        changes.drainPermits();
        boolean last = instance.ended() || watch.closed();
        if (open.isEmpty()) {
          openNext();
        }
        if (open.isPresent()) {
          int count = open.get().read(ByteBuffer.wrap(bytes, offset, length));
          if (count > 0) {
            return count;
          }
          if (rotated()) {
            closeFile();
            continue;
          }
        }
        if (last) {
          return -1;
        }
        try {
          changes.acquire();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return -1;
        }
      }
    }

    private void openNext() throws IOException {
      Path file = folder.output();
      if (!earlierRead && Files.exists(folder.earlierOutput())) {
        file = folder.earlierOutput();
      }
      earlierRead = true;
      if (Files.exists(file)) {
        key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        open = Optional.of(Files.newByteChannel(file));
      }
    }

    /** Whether what is open is no longer what is written to. */
    private boolean rotated() throws IOException {
      try {
        return !Files.readAttributes(folder.output(), BasicFileAttributes.class)
            .fileKey()
            .equals(key);
      } catch (NoSuchFileException e) {
        return false; // Between two files.
      }
    }

    @Override
    public void close() throws IOException {
      instance.tellNoMoreOfEnd(changed);
      registration.close();
      closeFile();
    }

    private void closeFile() throws IOException {
      if (open.isPresent()) {
        open.get().close();
        open = Optional.empty();
      }
    }
  }
}
