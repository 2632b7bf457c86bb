// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Function;

/**
 * What an upload's writer sees: remembers that a write failed, so that nothing torn is committed.
 */
final class UploadStream extends OutputStream {
  private final OutputStream sink;
  private final Function<IOException, IOException> faults;
  private boolean ended;
  private IOException failed;

  UploadStream(OutputStream sink, Function<IOException, IOException> faults) {
    this.sink = sink;
    this.faults = faults;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    check();
    try {
      sink.write(bytes, offset, length);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** Nothing comes after this; all of it is with the sink. */
  void end() throws IOException {
    check();
    ended = true;
    try {
      sink.flush();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private IOException failure(IOException e) {
    failed = faults.apply(e);
    return failed;
  }

  private void check() throws IOException {
    if (failed instanceof ContentStoreFault fault) {
      throw new ContentStoreFault(fault.kind(), fault.getMessage(), fault);
    }
    if (failed != null) {
      throw new IOException("an earlier write has failed: " + failed.getMessage(), failed);
    }
    if (ended) {
      throw new IllegalStateException("commit was called before");
    }
  }

  @Override
  public void close() {
    // The upload's end is its commit or its close.
  }
}
