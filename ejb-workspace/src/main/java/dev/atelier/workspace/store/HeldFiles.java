// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import org.h2.store.fs.FileBase;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;
import org.h2.store.fs.FileUtils;

/**
 * The files of H2 under {@code atelier:}: opened again where the interrupt of a thread has closed
 * one, like H2's own {@code retry:}, but never after H2 has closed it. Whoever still reads a
 * database that has closed itself would otherwise take the file and its lock again, for nobody, and
 * write beside the one who has opened it since.
 */
public final class HeldFiles extends FilePathWrapper {
  static final String SCHEME = "atelier";

  private static final int MOST_TIMES = 20;

  /** For H2, which makes one for each path. */
  public HeldFiles() {}

  /** Makes the scheme known to H2; once is enough, and more do no harm. */
  static void register() {
    FilePath.register(new HeldFiles());
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    return new HeldFile(name.substring(SCHEME.length() + 1), mode);
  }

  /** One open file. */
  private static final class HeldFile extends FileBase {
    private final String path;
    private final String mode;
    private volatile FileChannel channel;
    private HeldLock lock;
    private boolean closed;

    HeldFile(String path, String mode) throws IOException {
      this.path = path;
      this.mode = mode;
      this.channel = FileUtils.open(path, mode);
    }

    /** Something that is done with the file, from the beginning each time. */
    @FunctionalInterface
    private interface Access<T> {
      T on(FileChannel open) throws IOException;
    }

    private <T> T access(Access<T> access) throws IOException {
      for (int time = 0; ; time++) {
        FileChannel used = channel;
        try {
          return access.on(used);
        } catch (ClosedChannelException e) {
          // A thread that is interrupted closes the file for all the others too.
          if (time == MOST_TIMES || !reopened(used, e)) {
            throw e;
          }
        }
      }
    }

    private synchronized boolean reopened(FileChannel before, ClosedChannelException cause)
        throws IOException {
      if (closed) {
        return false;
      }
      if (cause instanceof ClosedByInterruptException) {
        boolean unused = Thread.interrupted();
      }
      if (before == channel) {
        channel = FileUtils.open(path, mode);
        if (lock != null) {
          lock.take(channel);
        }
      }
      return true;
    }

    @Override
    protected synchronized void implCloseChannel() throws IOException {
      closed = true;
      channel.close();
    }

    @Override
    public long position() throws IOException {
      return access(FileChannel::position);
    }

    @Override
    public FileChannel position(long position) throws IOException {
      access(open -> open.position(position));
      return this;
    }

    @Override
    public long size() throws IOException {
      return access(FileChannel::size);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      long from = position();
      return access(open -> open.position(from).read(into));
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // One call at a given place.
    public int read(ByteBuffer into, long position) throws IOException {
      return access(open -> open.read(into, position));
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      long at = position();
      return access(open -> open.position(at).write(from));
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // One call at a given place.
    public int write(ByteBuffer from, long position) throws IOException {
      return access(open -> open.write(from, position));
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      access(open -> open.truncate(size));
      return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      access(
          open -> {
            open.force(metaData);
            return null;
          });
    }

    @Override
    public synchronized FileLock tryLock(long position, long size, boolean shared)
        throws IOException {
      FileLock base = channel.tryLock(position, size, shared);
      if (base == null) {
        return null;
      }
      lock = new HeldLock(base, this);
      return lock;
    }

    @Override
    public String toString() {
      return SCHEME + ":" + path;
    }
  }

  /** A lock that is taken again with its file. */
  private static final class HeldLock extends FileLock {
    private volatile FileLock base;

    HeldLock(FileLock base, FileChannel file) {
      super(file, base.position(), base.size(), base.isShared());
      this.base = base;
    }

    void take(FileChannel file) throws IOException {
      FileLock again = file.tryLock(position(), size(), isShared());
      if (again == null) {
        throw new IOException("another process has locked the file");
      }
      base = again;
    }

    @Override
    public boolean isValid() {
      return base.isValid();
    }

    @Override
    public void release() throws IOException {
      if (base.isValid()) {
        base.release();
      }
    }
  }
}
