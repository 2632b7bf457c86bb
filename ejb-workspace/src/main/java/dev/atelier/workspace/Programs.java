// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Runs programs of the system to their end, bounded in time and in what they may write. One that
 * takes or writes too much is killed with everything that it has begun; nobody waits for what holds
 * on to its output after its end.
 */
public final class Programs {
  /** In the environment of each, and of all that it begins. */
  private static final String MARK = "ATELIER_PROGRAM";

  /** What a pipe takes of an input, whoever reads it. */
  private static final int PIPE_BYTES = 4096;

  private static final Path PROC = Path.of("/proc");
  private static final Duration FIRST_LOOK = Duration.ofMillis(1);
  private static final Duration LONGEST_LOOK = Duration.ofMillis(50);
  private static final Duration LEAVE = Duration.ofSeconds(1);
  private static final int ROUNDS = 10;

  private Programs() {}

  /**
   * A program to run.
   *
   * @param command it and its arguments; never a secret
   * @param environment all of it
   * @param input what it reads
   * @param errors whether what it writes of errors counts as its output; else nobody reads it
   */
  public record Program(
      List<String> command, Map<String, String> environment, String input, boolean errors) {
    /** Copies what was given. */
    public Program {
      command = List.copyOf(command);
      environment = Map.copyOf(environment);
    }

    /** One that reads nothing, and of whose errors nobody reads. */
    public Program(List<String> command, Map<String, String> environment) {
      this(command, environment, "", false);
    }

    @Override
    public String toString() {
      return String.join(" ", command);
    }
  }

  /**
   * How a program ended.
   *
   * @param code its exit code
   * @param output what it has written
   */
  public record Ended(int code, String output) {
    /** Whether it succeeded. */
    public boolean well() {
      return code == 0;
    }
  }

  /**
   * Runs a program to its end.
   *
   * @param patience how long that may take
   * @param mostBytes most bytes that it may write
   * @throws IOException it cannot be started, took too long or wrote too much; the message names it
   */
  public static Ended run(Program program, Duration patience, int mostBytes)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(program.command());
    if (program.errors()) {
      builder.redirectErrorStream(true);
    } else {
      builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    }
    builder.environment().clear();
    builder.environment().putAll(program.environment());
    long until = System.nanoTime() + patience.toNanos();
    Process process = startMarked(builder);
    boolean ended = false;
    try {
      write(process, program.input());
      String output = output(process, program, until, patience, mostBytes);
      ended = true;
      return new Ended(process.exitValue(), output);
    } finally {
      if (!ended) {
        kill(process, builder);
      }
    }
  }

  /** Starts one that {@link #kill} finds, with all that it begins. */
  public static Process startMarked(ProcessBuilder builder) throws IOException {
    builder.environment().put(MARK, UUID.randomUUID().toString());
    return builder.start();
  }

  private static void write(Process process, String input) throws IOException {
    byte[] bytes = input.getBytes(UTF_8);
    if (bytes.length <= PIPE_BYTES) {
      write(process, bytes);
      return;
    }
    // One that does not read it must not keep whoever waits for it from killing it.
    Thread writer =
        new Thread(
            () -> {
              try {
                write(process, bytes);
              } catch (IOException e) {
                // It has read enough, or has ended; which, its exit code tells.
                return;
              }
            },
            "input of a program");
    writer.setDaemon(true);
    writer.start();
  }

  private static void write(Process process, byte[] bytes) throws IOException {
    try (OutputStream to = process.getOutputStream()) {
      to.write(bytes);
    } catch (IOException e) {
      if (bytes.length > 0 && process.isAlive()) {
        throw e;
      }
    }
  }

  /** Looks from time to time, since a read would wait for whoever else holds the pipe. */
  private static String output(
      Process process, Program program, long until, Duration patience, int mostBytes)
      throws IOException, InterruptedException {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    InputStream from = process.getInputStream();
    Duration look = FIRST_LOOK;
    boolean over = false;
    while (!over) {
      over = process.waitFor(look.toMillis(), TimeUnit.MILLISECONDS);
      drain(from, output, mostBytes, program);
      if (!over && System.nanoTime() - until > 0) {
        throw new IOException(program + " took longer than " + patience.toMillis() + " ms");
      }
      look = look.compareTo(LONGEST_LOOK) < 0 ? look.multipliedBy(2) : LONGEST_LOOK;
    }
    return output.toString(UTF_8);
  }

  private static void drain(
      InputStream from, ByteArrayOutputStream output, int mostBytes, Program program)
      throws IOException {
    byte[] part = new byte[8192];
    for (int there = from.available(); there > 0; there = from.available()) {
      int read = from.read(part, 0, Math.min(part.length, there));
      if (output.size() + read > mostBytes) {
        throw new IOException(program + " wrote more than " + mostBytes + " bytes");
      }
      output.write(part, 0, Math.max(0, read));
    }
  }

  /** Kills one that {@link #startMarked} has started, with all that it has begun. */
  public static void kill(Process process, ProcessBuilder startedBy) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    byte[] mark = ("\0" + MARK + "=" + startedBy.environment().get(MARK) + "\0").getBytes(UTF_8);
    // What was being begun meanwhile is seen by the next look.
    Set<ProcessHandle> left = marked(mark);
    for (int round = 0; !left.isEmpty() && round < ROUNDS; round++) {
      left.forEach(ProcessHandle::destroyForcibly);
      left = marked(mark);
    }
    boolean interrupted = Thread.interrupted();
    try {
      process.waitFor(LEAVE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static Set<ProcessHandle> marked(byte[] mark) {
    Set<ProcessHandle> found = new HashSet<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (marked(process, mark)) {
          ProcessHandle.of(Long.parseLong(process.getFileName().toString())).ifPresent(found::add);
        }
      }
    } catch (IOException e) {
      return found; // Without /proc those are left that were found already.
    }
    return found;
  }

  private static boolean marked(Path process, byte[] mark) {
    try {
      String variables =
          "\0"
              + new String(
                  Files.readAllBytes(process.resolve("environ")), StandardCharsets.ISO_8859_1);
      return variables.contains(new String(mark, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return false; // It has ended, or is another user's and so none of ours.
    }
  }
}
