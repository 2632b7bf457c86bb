package dev.atelier.web.console;

import jakarta.json.Json;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

/** Carries what one instance writes to one page, as fast as the page takes it. */
final class OutputReader implements Runnable {
  private final AsyncContext context;
  private final ServletOutputStream out;
  private final InputStream output;
  private Thread thread;
  private boolean ended;

  OutputReader(AsyncContext context, ServletOutputStream out, InputStream output) {
    this.context = context;
    this.out = out;
    this.output = output;
  }

  @Override
  public void run() {
    synchronized (this) {
      thread = Thread.currentThread();
    }
    try (Reader text = new InputStreamReader(output, StandardCharsets.UTF_8)) {
      send("event: begin\ndata:\n\n");
      char[] some = new char[4096];
      int count;
      while ((count = text.read(some)) >= 0) {
        String event = Json.createValue(new String(some, 0, count)).toString();
        send("event: text\ndata: " + event + "\n\n");
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
      ended = true;
      thread = null;
      // Not to be carried into what the pool's thread does next.
      Thread.interrupted();
    }
    try {
      context.complete();
    } catch (IllegalStateException e) {
      // The container was first.
    }
  }

  private synchronized void send(String event) throws IOException {
    out.write(event.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /** Finds out whether anybody still looks, and ends the wait for output if not. */
  void beat() {
    try {
      synchronized (this) {
        if (!ended) {
          send(":\n\n");
        }
      }
    } catch (IOException e) {
      interrupt();
    }
  }

  /** Ends the wait for output. */
  synchronized void interrupt() {
    if (thread != null) {
      thread.interrupt();
    }
  }
}
