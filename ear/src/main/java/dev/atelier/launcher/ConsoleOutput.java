// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Standard output or error for which nobody waits. The log is written by whatever happens: did a
 * write wait for whoever reads it, a paused terminal would stop every start. What is not read yet
 * waits in memory, up to a bound; beyond it everything is left out until that was read, and then it
 * is said how much.
 */
final class ConsoleOutput extends OutputStream {
  /** Bytes that wait: some 30,000 lines. */
  static final int MOST_WAITING = 4 << 20;

  /** How long the end of the process waits for whoever reads. */
  private static final Duration LAST_CHANCE = Duration.ofSeconds(2);

  private final OutputStream out;
  private final Queue<byte[]> waiting = new ArrayDeque<>();

  /** Bytes that wait or are being written. */
  private int size;

  /** Bytes left out since something was last read. */
  private long lost;

  /** When nobody waits for what is written any more, in nanoseconds; 0: the end has not begun. */
  private long endsAt;

  /** Writes to {@code out}, in a thread of its own. */
  ConsoleOutput(OutputStream out) {
    this.out = out;
    Thread writer = new Thread(this::writeAll, "console-output");
    writer.setDaemon(true);
    writer.start();
  }

  /** Has both streams of this process written so, whatever writes to them. */
  static void install() {
    ConsoleOutput out = new ConsoleOutput(new FileOutputStream(FileDescriptor.out));
    ConsoleOutput err = new ConsoleOutput(new FileOutputStream(FileDescriptor.err));
    System.setOut(new PrintStream(out, true, Charset.defaultCharset()));
    System.setErr(new PrintStream(err, true, Charset.defaultCharset()));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  out.close();
                  err.close();
                }));
  }

  @Override
  public void write(int one) {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) {
    if (lost > 0 && size == 0) {
      byte[] told =
          "%n%d bytes of output are left out here: nobody read it for too long%n"
              .formatted(lost)
              .getBytes(StandardCharsets.US_ASCII);
      lost = 0;
      add(told);
    }
    if (lost > 0 || size + length > MOST_WAITING) {
      lost += length;
      return;
    }
    byte[] copy = new byte[length];
    System.arraycopy(bytes, offset, copy, 0, length);
    add(copy);
    awaitReadAtTheEnd();
  }

  private void add(byte[] bytes) {
    waiting.add(bytes);
    size += bytes.length;
    notifyAll();
  }

  /** Has what is written from now on waited for, each time until it is read, and for 2 s in all. */
  @Override
  public synchronized void close() {
    endsAt = System.nanoTime() + LAST_CHANCE.toNanos();
    awaitReadAtTheEnd();
  }

  private void awaitReadAtTheEnd() {
    try {
      while (endsAt != 0 && size > 0 && endsAt - System.nanoTime() > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, endsAt - System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeAll() {
    try {
      while (true) {
        pass(next());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pass(byte[] next) {
    try {
      out.write(next);
      out.flush();
    } catch (IOException e) {
      // Whoever read has gone: what comes from now on is for nobody.
      return;
    } finally {
      written(next);
    }
  }

  private synchronized byte[] next() throws InterruptedException {
    while (waiting.isEmpty()) {
      wait();
    }
    return waiting.remove();
  }

  private synchronized void written(byte[] bytes) {
    size -= bytes.length;
    notifyAll();
  }
}
