// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.web.ClientWrite;
import dev.atelier.workspace.domain.TerminalText;
import jakarta.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Carries what one instance writes to one page, as fast as the page takes it; one that takes
 * nothing for {@link ClientWrite#PATIENCE} is let go.
 */
final class OutputReader implements Runnable {
  private final OutputStream out;
  private final Runnable complete;
  private final InputStream output;
  private final Executor workers;
  private final ClientWrite write;

  /** Held while something is written, which may wait for the page: whoever must not wait tries. */
  private final ReentrantLock writing = new ReentrantLock();

  private final AtomicBoolean beating = new AtomicBoolean();
  private boolean ended;
  private Thread thread;

  /**
   * Carries nothing yet.
   *
   * @param complete lets the page go
   * @param workers where it finds out whether the page is still there
   */
  OutputReader(
      OutputStream out,
      Runnable complete,
      InputStream output,
      Executor workers,
      ClientWrite write) {
    this.out = out;
    this.complete = complete;
    this.output = output;
    this.workers = workers;
    this.write = write;
  }

  @Override
  public void run() {
    synchronized (this) {
      thread = Thread.currentThread();
    }
    try (Reader text = new InputStreamReader(output, StandardCharsets.UTF_8)) {
      send("retry: 2000\nevent: begin\ndata:\n\n");
      TerminalText terminal = new TerminalText();
      char[] some = new char[4096];
      int count;
      while ((count = text.read(some)) >= 0) {
        String shown = terminal.next(new String(some, 0, count));
        if (!shown.isEmpty()) {
          send("event: text\ndata: " + Json.createValue(shown) + "\n\n");
        }
      }
      send("event: end\ndata:\n\n");
    } catch (IOException e) {
      // The page has gone, which is how every reader of a living instance ends.
    } finally {
      end();
    }
  }

  private void end() {
    synchronized (this) {
      thread = null;
      // Not to be carried into what the pool's thread does next.
      Thread.interrupted();
    }
    // Whoever else writes now is ended in time.
    writing.lock();
    try {
      ended = true;
    } finally {
      writing.unlock();
    }
    try {
      complete.run();
    } catch (IllegalStateException e) {
      // The container was first.
    }
  }

  private void send(String event) throws IOException {
    try {
      writing.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the page is not written to any more");
    }
    try {
      write(event);
    } finally {
      writing.unlock();
    }
  }

  private void write(String event) throws IOException {
    write.run(
        () -> {
          out.write(event.getBytes(StandardCharsets.UTF_8));
          out.flush();
        });
  }

  /**
   * Has it found out whether anybody still looks, and ends the wait for output or for the page if
   * not. Never waits.
   */
  void beat() {
    if (write.endIfStuck() || !beating.compareAndSet(false, true)) {
      return;
    }
    try {
      workers.execute(this::sendBeat);
    } catch (RejectedExecutionException end) {
      interrupt();
    }
  }

  private void sendBeat() {
    // A write that is under way finds out as well.
    if (writing.tryLock()) {
      try {
        if (!ended) {
          write(":\n\n");
        }
      } catch (IOException e) {
        interrupt();
      } finally {
        writing.unlock();
      }
    }
    beating.set(false);
  }

  /** Ends the wait for output; never waits. */
  synchronized void interrupt() {
    if (thread != null) {
      thread.interrupt();
    }
  }
}
