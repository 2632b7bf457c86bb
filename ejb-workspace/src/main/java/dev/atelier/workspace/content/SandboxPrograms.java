// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content;

import dev.atelier.workspace.content.ContentSandbox.Network;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Runs programs in a {@link ContentSandbox} to their end. An interrupt of the calling thread, and
 * the end of the time allowed, end the program.
 */
public final class SandboxPrograms {
  private static final Duration LEAVE = Duration.ofSeconds(10);

  private final ContentSandbox sandbox;
  private final ThreadFactory threads;

  /**
   * Programs of one instance.
   *
   * @param sandbox where they run
   * @param threads one is made for each stream of a program; they end with it
   */
  public SandboxPrograms(ContentSandbox sandbox, ThreadFactory threads) {
    this.sandbox = sandbox;
    this.threads = threads;
  }

  /**
   * A program to run.
   *
   * @param command it and its arguments; never a secret
   * @param environment added to what the sandbox gives; may hold secrets
   * @param directory relative to the workspace folder, which it must not leave
   * @param timeout after which it is killed
   * @param leave how long its streams may stay busy once it has ended
   * @param network what it reaches
   */
  public record Program(
      List<String> command,
      Map<String, String> environment,
      String directory,
      Duration timeout,
      Duration leave,
      Network network) {
    /** A program without a network, whose last words are taken at once. */
    public Program(
        List<String> command, Map<String, String> environment, String directory, Duration timeout) {
      this(command, environment, directory, timeout, LEAVE, Network.NONE);
    }

    /** The same, whose streams may stay busy for as long as {@code leave} once it has ended. */
    public Program leaving(Duration leave) {
      return new Program(command, environment, directory, timeout, leave, network);
    }

    /** The same with another network. */
    public Program on(Network network) {
      return new Program(command, environment, directory, timeout, leave, network);
    }

    /** Copies what was given. */
    public Program {
      command = List.copyOf(command);
      environment = Map.copyOf(environment);
    }

    @Override
    public String toString() {
      return "Program" + command;
    }
  }

  /** What a program reads. */
  @FunctionalInterface
  public interface Source {
    /** Nothing. */
    Source NONE = input -> {};

    /** Writes all of it; the stream is closed afterwards. */
    void writeTo(OutputStream input) throws IOException;
  }

  /** Takes what a program writes. */
  @FunctionalInterface
  public interface Sink {
    /** Reads until the end, in bounded memory. */
    void readFrom(InputStream output) throws IOException;
  }

  /** The absolute path of the workspace folder as programs see it. */
  public String workspaceFolder() {
    return sandbox.workspaceFolder();
  }

  /**
   * Runs a program to its end.
   *
   * @return its exit code
   * @throws ContentFault when its time was over
   * @throws IOException when it cannot be started, {@code output} or {@code errors} failed, or
   *     {@code input} failed though the program itself ended well
   */
  public int run(Program program, Source input, Sink output, Sink errors)
      throws ContentFault, IOException, InterruptedException {
    Process process = start(program);
    List<Pump> pumps = new ArrayList<>();
    try {
      Pump writer =
          pump(
              pumps,
              () -> {
                try (OutputStream stream = process.getOutputStream()) {
                  input.writeTo(stream);
                }
              });
      Pump reader = pump(pumps, () -> drain(process, process.getInputStream(), output));
      Pump errorReader = pump(pumps, () -> drain(process, process.getErrorStream(), errors));
      if (!process.waitFor(program.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
        throw new ContentFault(
            program.command().get(0) + " took longer than " + program.timeout().toSeconds() + " s");
      }
      reader.join(program.leave());
      errorReader.join(program.leave());
      // A writer whose program is gone has nothing more to say; one that still waits is abandoned.
      if (process.exitValue() == 0) {
        writer.join(program.leave());
      }
      return process.exitValue();
    } finally {
      end(process);
      // What reads or writes elsewhere, at a store for instance, does not end with the program.
      pumps.forEach(pump -> pump.thread.interrupt());
    }
  }

  private Process start(Program program) throws IOException, InterruptedException {
    try {
      return sandbox.start(
          program.command(), program.environment(), program.directory(), program.network());
    } catch (IOException e) {
      // Not a fault of the program, nor of what it was to do.
      if (Thread.interrupted()) {
        throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
      }
      throw e;
    }
  }

  /** A sink that fails must not leave the program blocked on a full pipe. */
  private static void drain(Process process, InputStream stream, Sink sink) throws IOException {
    try (stream) {
      sink.readFrom(stream);
    } catch (IOException | RuntimeException fault) {
      process.destroyForcibly();
      throw fault;
    }
  }

  private static void end(Process process) {
    if (!process.isAlive()) {
      return;
    }
    process.destroyForcibly();
    boolean interrupted = false;
    long until = System.nanoTime() + LEAVE.toNanos();
    while (process.isAlive() && System.nanoTime() < until) {
      try {
        boolean ended = process.waitFor(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (ended) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Pump pump(List<Pump> pumps, Pump.Work work) {
    Pump pump = new Pump(work);
    pump.thread = threads.newThread(pump);
    pumps.add(pump);
    pump.thread.start();
    return pump;
  }

  /** Moves one stream of a program. */
  private static final class Pump implements Runnable {
    private final Work work;
    private Thread thread;
    private volatile Exception fault;

    private Pump(Work work) {
      this.work = work;
    }

    interface Work {
      void run() throws IOException;
    }

    @Override
    public void run() {
      try {
        work.run();
      } catch (IOException | RuntimeException e) {
        fault = e;
      }
    }

    private void join(Duration leave) throws IOException, InterruptedException {
      thread.join(leave.toMillis());
      if (thread.isAlive()) {
        throw new IOException("a stream of an ended program stays open");
      }
      if (fault instanceof IOException e) {
        throw e;
      }
      if (fault instanceof RuntimeException e) {
        throw e;
      }
    }
  }
}
