// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConsoleOutputTest {
  private final ByteArrayOutputStream read = new ByteArrayOutputStream();
  private final CountDownLatch writing = new CountDownLatch(1);
  private final CountDownLatch reads = new CountDownLatch(1);

  /** A pipe whose reader begins to read when it is told to. */
  private final OutputStream stalled =
      new OutputStream() {
        @Override
        public void write(int one) {
          write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
          writing.countDown();
          try {
            reads.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          read.write(bytes, offset, length);
        }
      };

  private static byte[] line(String text) {
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private String text() {
    return read.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aReaderWhoStallsKeepsNobodyFromWriting() throws Exception {
    ConsoleOutput output = new ConsoleOutput(stalled);
    output.write(line("first"));
    writing.await();
    for (int i = 0; i < 1_000; i++) {
      output.write(line("line " + i));
    }
    reads.countDown();
    output.close();

    assertThat(text()).startsWith("first\nline 0\n").endsWith("line 999\n");
    assertThat(text().lines()).hasSize(1_001);
  }

  @Test
  void whatWaitsIsBoundedAndWhatIsLeftOutIsSaid() throws Exception {
    ConsoleOutput output = new ConsoleOutput(stalled);
    byte[] large = new byte[1 << 20];
    for (int i = 0; i < 10; i++) {
      output.write(large);
    }
    output.write(line("left out too, though there were room for it"));
    reads.countDown();
    output.close();
    output.write(line("after"));

    assertThat(read.size()).isLessThan(ConsoleOutput.MOST_WAITING + 200);
    assertThat(text().substring(ConsoleOutput.MOST_WAITING).lines())
        .containsExactly(
            "",
            "%d bytes of output are left out here: nobody read it for too long"
                .formatted(
                    6 * large.length + line("left out too, though there were room for it").length),
            "after");
  }

  @Test
  void theEndWaitsForAReaderButNotForEver() {
    ConsoleOutput output = new ConsoleOutput(stalled);
    output.write(1);
    long began = System.nanoTime();
    output.close();
    output.write(1);

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    assertThat(read.size()).isZero();
    reads.countDown();
  }

  @Test
  void aReaderWhoHasGoneKeepsNobodyFromWritingEither() throws Exception {
    ConsoleOutput output =
        new ConsoleOutput(
            new OutputStream() {
              @Override
              public void write(int one) throws IOException {
                throw new IOException("broken pipe");
              }
            });
    for (int i = 0; i < 100; i++) {
      output.write(new byte[ConsoleOutput.MOST_WAITING]);
      output.close();
    }
    assertThat(read.size()).isZero();
  }
}
