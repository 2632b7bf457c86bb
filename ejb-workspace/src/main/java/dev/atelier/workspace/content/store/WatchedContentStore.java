// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Consumer;

/** Tells of what a store cannot do, and is that store otherwise. */
public final class WatchedContentStore implements ContentStore {
  private final ContentStore store;
  private final Consumer<ContentStoreFault> faults;

  /**
   * Closes {@code store} when it is closed.
   *
   * @param faults told of every fault, of each upload and read once; never throws
   */
  public WatchedContentStore(ContentStore store, Consumer<ContentStoreFault> faults) {
    this.store = store;
    this.faults = faults;
  }

  @FunctionalInterface
  private interface Work<T> {
    T run() throws IOException;
  }

  @FunctionalInterface
  private interface Act {
    void run() throws IOException;
  }

  /** One upload, read or other call. */
  private final class Watch {
    private boolean told;

    <T> T over(Work<T> work) throws IOException {
      try {
        return work.run();
      } catch (ContentStoreFault fault) {
        if (!told) {
          told = true;
          faults.accept(fault);
        }
        throw fault;
      }
    }

    void over(Act act) throws IOException {
      over(
          () -> {
            act.run();
            return true;
          });
    }
  }

  @Override
  public Upload begin(String name) throws IOException {
    Watch watch = new Watch();
    Upload upload = watch.over(() -> store.begin(name));
    return new WatchedUpload(upload, watch);
  }

  private static final class WatchedUpload implements Upload {
    private final Upload upload;
    private final Watch watch;
    private final OutputStream stream;

    WatchedUpload(Upload upload, Watch watch) {
      this.upload = upload;
      this.watch = watch;
      this.stream = new WatchedOutput(upload.stream(), watch);
    }

    @Override
    public OutputStream stream() {
      return stream;
    }

    @Override
    public void commit() throws IOException {
      watch.over(upload::commit);
    }

    @Override
    public void close() {
      upload.close();
    }
  }

  private static final class WatchedOutput extends FilterOutputStream {
    private final Watch watch;

    WatchedOutput(OutputStream out, Watch watch) {
      super(out);
      this.watch = watch;
    }

    @Override
    public void write(int b) throws IOException {
      watch.over(() -> out.write(b));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      watch.over(() -> out.write(bytes, offset, length));
    }

    @Override
    public void flush() throws IOException {
      watch.over(out::flush);
    }

    @Override
    public void close() throws IOException {
      watch.over(out::close);
    }
  }

  private static final class WatchedInput extends FilterInputStream {
    private final Watch watch;

    WatchedInput(InputStream in, Watch watch) {
      super(in);
      this.watch = watch;
    }

    @Override
    public int read() throws IOException {
      return watch.over(() -> in.read());
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return watch.over(() -> in.read(bytes, offset, length));
    }

    @Override
    public void close() throws IOException {
      watch.over(in::close);
    }
  }

  @Override
  public InputStream read(String name) throws IOException {
    Watch watch = new Watch();
    InputStream in = watch.over(() -> store.read(name));
    return new WatchedInput(in, watch);
  }

  @Override
  public void list(String prefix, Visitor visitor) throws IOException {
    new Watch().over(() -> store.list(prefix, visitor));
  }

  @Override
  public void delete(String name) throws IOException {
    new Watch().over(() -> store.delete(name));
  }

  @Override
  public void check() throws IOException {
    new Watch().over(store::check);
  }

  @Override
  public void sweep() throws IOException {
    new Watch().over(store::sweep);
  }

  @Override
  public void close() {
    store.close();
  }
}
