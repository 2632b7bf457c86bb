// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.web.ClientWrite;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OutputReaderTest {
  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final AtomicLong nanoTime = new AtomicLong();
  private final CountDownLatch completed = new CountDownLatch(1);
  private final CountDownLatch writing = new CountDownLatch(1);

  /** A connection whose client takes nothing. */
  private final OutputStream stalled =
      new OutputStream() {
        @Override
        public void write(int one) throws IOException {
          writing.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted while the client takes nothing");
          }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          write(0);
        }
      };

  private OutputReader reader(OutputStream out, InputStream output) {
    return new OutputReader(
        out, completed::countDown, output, workers, new ClientWrite(nanoTime::get));
  }

  @AfterEach
  void end() {
    workers.shutdownNow();
  }

  @Test
  void aPageThatDoesNotReadHoldsNeitherTheSchedulerNorTheEndAndIsLetGo() throws Exception {
    OutputReader reader =
        reader(stalled, new ByteArrayInputStream("text".getBytes(StandardCharsets.UTF_8)));
    workers.execute(reader);
    writing.await();
    // On this thread, as on the scheduler's: each returns at once.
    reader.beat();
    reader.beat();
    assertThat(completed.getCount()).isEqualTo(1);
    nanoTime.addAndGet(ClientWrite.PATIENCE.toNanos() + 1);
    reader.beat();

    assertThat(completed.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void theEndOfTheServerDoesNotWaitForAPageThatDoesNotRead() throws Exception {
    OutputReader reader = reader(stalled, new ByteArrayInputStream(new byte[1]));
    workers.execute(reader);
    writing.await();
    reader.interrupt();

    assertThat(completed.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aBeatThatIsStuckIsEndedToo() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    OutputStream stallsLater =
        new OutputStream() {
          @Override
          public void write(int one) {}

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            if (new String(bytes, offset, length, StandardCharsets.UTF_8).startsWith(":")) {
              stalled.write(0);
            }
            begun.countDown();
          }
        };
    try (PipedOutputStream silent = new PipedOutputStream();
        PipedInputStream output = new PipedInputStream(silent)) {
      OutputReader reader = reader(stallsLater, output);
      workers.execute(reader);
      begun.await();
      // None is sent while another write has not ended.
      do {
        reader.beat();
      } while (!writing.await(10, TimeUnit.MILLISECONDS));
      nanoTime.addAndGet(ClientWrite.PATIENCE.toNanos() + 1);
      reader.beat();

      assertThat(completed.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aPageThatReadsHearsOfTheBeginningAndTheEnd() throws Exception {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    reader(page, InputStream.nullInputStream()).run();

    assertThat(page.toString(StandardCharsets.UTF_8))
        .isEqualTo("retry: 2000\nevent: begin\ndata:\n\nevent: end\ndata:\n\n");
    assertThat(completed.getCount()).isZero();
  }
}
