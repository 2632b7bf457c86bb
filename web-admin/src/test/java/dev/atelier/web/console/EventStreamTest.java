// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.web.ClientWrite;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventStreamTest {
  private final Browser browser = new Browser();
  private long nanoTime;
  private int woken;
  private int closed;
  private int completed;
  private final EventStream stream =
      new EventStream(browser, () -> completed++, () -> woken++, () -> closed++, () -> nanoTime);

  private static final class Browser extends ServletOutputStream {
    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private boolean ready = true;

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public void setWriteListener(WriteListener listener) {}

    @Override
    public void write(int one) {
      read.write(one);
    }
  }

  private void pass(Duration time) {
    nanoTime += time.toNanos();
  }

  @Test
  void aBrowserThatTakesNothingIsLetGoInTheEnd() {
    stream.drain();
    browser.ready = false;
    stream.changed("a");
    stream.drain();
    pass(ClientWrite.PATIENCE);
    stream.beat();
    assertThat(completed).isZero();
    pass(Duration.ofNanos(1));
    stream.beat();

    assertThat(completed).isEqualTo(1);
    assertThat(closed).isEqualTo(1);
  }

  @Test
  void aSlowBrowserStaysAndHearsOfTheChange() {
    stream.drain();
    browser.ready = false;
    stream.changed("a");
    stream.drain();
    pass(ClientWrite.PATIENCE);
    browser.ready = true;
    stream.onWritePossible();
    browser.ready = false;
    stream.changed("a");
    stream.drain();
    pass(ClientWrite.PATIENCE);
    stream.beat();
    browser.ready = true;
    stream.onWritePossible();

    assertThat(completed).isZero();
    assertThat(browser.read.toString(StandardCharsets.UTF_8))
        .containsSubsequence("event: begin", "event: changed", "event: changed");
  }

  @Test
  void whatChangedMeanwhileIsNamedOnceAndManyAreNotNamedAtAll() {
    stream.drain();
    browser.ready = false;
    List.of("b", "a", "b").forEach(stream::changed);
    browser.ready = true;
    stream.drain();
    assertThat(browser.read.toString(StandardCharsets.UTF_8))
        .endsWith("event: changed\ndata: a b\n\n");

    browser.ready = false;
    IntStream.rangeClosed(0, EventStream.MOST_NAMED).forEach(i -> stream.changed("i" + i));
    stream.changed("one more");
    browser.ready = true;
    stream.drain();
    assertThat(browser.read.toString(StandardCharsets.UTF_8))
        .endsWith("event: changed\ndata: \n\n");
  }
}
