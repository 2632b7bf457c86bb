// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import dev.atelier.workspace.content.store.ContentStoreFault.Kind;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

/**
 * A store in front of another that fails or is slow at some of its calls. Counted from 1, in their
 * order, are begin, read, list, delete, check, commit, and each write to and read from a stream.
 */
public final class FaultyContentStore implements ContentStore {
  /** What a call that fails has done. */
  public enum Mishap {
    /** Nothing. */
    BEFORE,
    /** Everything, only its answer is lost. */
    AFTER
  }

  private final ContentStore whole;
  private final AtomicInteger calls = new AtomicInteger();
  private volatile IntPredicate failing = call -> false;
  private volatile Mishap mishap = Mishap.BEFORE;
  private volatile IntPredicate slow = call -> false;
  private volatile Duration delay = Duration.ZERO;

  /** Works until told otherwise. */
  public FaultyContentStore(ContentStore whole) {
    this.whole = whole;
  }

  /** Fails at every call whose number the test accepts; numbers begin anew at 1. */
  public void fail(IntPredicate which, Mishap how) {
    mishap = how;
    failing = which;
    calls.set(0);
  }

  /** Fails at every {@code n}-th call; 1 is every call. */
  public void failEvery(int n, Mishap how) {
    fail(call -> call % n == 0, how);
  }

  /** Fails at that call alone. */
  public void failAt(int call, Mishap how) {
    fail(number -> number == call, how);
  }

  /** Takes longer at every {@code n}-th call; an interrupt ends the wait. */
  public void delayEvery(int n, Duration by) {
    delay = by;
    slow = call -> call % n == 0;
  }

  /** Takes longer at that call and all that follow; an interrupt ends the wait. */
  public void delayFrom(int call, Duration by) {
    delay = by;
    slow = number -> number >= call;
  }

  /** Works again. */
  public void heal() {
    failing = call -> false;
    slow = call -> false;
  }

  /** Calls since the start or the last order to fail. */
  public int calls() {
    return calls.get();
  }

  @FunctionalInterface
  private interface Call<T> {
    T answer() throws IOException;
  }

  private <T> T call(Call<T> call) throws IOException {
    int number = calls.incrementAndGet();
    if (slow.test(number)) {
      rest();
    }
    boolean fails = failing.test(number);
    if (fails && mishap == Mishap.BEFORE) {
      throw fault(number);
    }
    T answer = call.answer();
    if (fails) {
      if (answer instanceof AutoCloseable lost) {
        close(lost);
      }
      throw fault(number);
    }
    return answer;
  }

  private static ContentStoreFault fault(int number) {
    return new ContentStoreFault(Kind.UNAVAILABLE, "the store fails at call " + number, null);
  }

  private void rest() throws InterruptedIOException {
    try {
      TimeUnit.NANOSECONDS.sleep(delay.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private static void close(AutoCloseable lost) throws IOException {
    try {
      lost.close();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Upload begin(String name) throws IOException {
    Upload upload = call(() -> whole.begin(name));
    OutputStream stream =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            call(
                () -> {
                  upload.stream().write(bytes, offset, length);
                  return length;
                });
          }
        };
    return new Upload() {
      @Override
      public OutputStream stream() {
        return stream;
      }

      @Override
      public void commit() throws IOException {
        call(
            () -> {
              upload.commit();
              return name;
            });
      }

      @Override
      public void close() {
        upload.close();
      }
    };
  }

  @Override
  public InputStream read(String name) throws IOException {
    return new FilterInputStream(call(() -> whole.read(name))) {
      @Override
      public int read() throws IOException {
        return call(super::read);
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return call(() -> super.read(bytes, offset, length));
      }
    };
  }

  @Override
  public void list(String prefix, Visitor visitor) throws IOException {
    call(
        () -> {
          whole.list(prefix, visitor);
          return prefix;
        });
  }

  @Override
  public void delete(String name) throws IOException {
    call(
        () -> {
          whole.delete(name);
          return name;
        });
  }

  @Override
  public void check() throws IOException {
    call(
        () -> {
          whole.check();
          return "";
        });
  }

  @Override
  public void sweep() throws IOException {
    whole.sweep();
  }

  @Override
  public void close() {
    whole.close();
  }
}
