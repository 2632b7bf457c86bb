// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.Programs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A network for one instance. It lasts as long as somebody holds its lifeline, a named pipe: this
 * object until it is closed, and the launcher that was given it. So it ends with the last of them,
 * however that ends, and nobody has to look for it.
 */
final class InstanceNetwork implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** The holder's first breath: it gets the pipe before it loses the manager's rights. */
  private static final String START =
      """
      umask 077
      lifeline=$1
      shift
      mkfifo "$lifeline" || exit
      echo made
      exec "$@" <"$lifeline"
      """;

  private final Process process;
  private final ProcessIdentity holder;
  private final String surroundings;
  private final String connection;
  private final Path lifeline;
  private final RandomAccessFile held;

  private InstanceNetwork(
      Process process,
      ProcessIdentity holder,
      String surroundings,
      String connection,
      Path lifeline,
      RandomAccessFile held) {
    this.process = process;
    this.holder = holder;
    this.surroundings = surroundings;
    this.connection = connection;
    this.lifeline = lifeline;
    this.held = held;
  }

  /**
   * Makes one; takes some 50 ms.
   *
   * @param surroundings see {@link InstanceNetworks#surroundings}
   * @param lifeline a file that is not there yet
   * @throws IOException it cannot be made
   */
  static InstanceNetwork make(InstanceNetworks networks, String surroundings, Path lifeline)
      throws IOException, InterruptedException {
    List<String> words =
        new ArrayList<>(List.of(Machine.path("sh"), "-c", START, "network", lifeline.toString()));
    words.addAll(networks.holder(surroundings));
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    builder.environment().put("PATH", Sandbox.PATH);
    Process process = Programs.startMarked(builder);
    CompletableFuture<Void> tooLong =
        CompletableFuture.runAsync(
            () -> Programs.kill(process, builder),
            CompletableFuture.delayedExecutor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    RandomAccessFile held = null;
    boolean made = false;
    try (BufferedReader said = process.inputReader(StandardCharsets.US_ASCII)) {
      line(said);
      held = new RandomAccessFile(lifeline.toFile(), "rw");
      long holder = Long.parseLong(line(said));
      String connection = networks.connect(holder);
      if (!connection.isEmpty()) {
        held.write((connection + "\n").getBytes(StandardCharsets.US_ASCII));
      }
      line(said);
      InstanceNetwork network =
          new InstanceNetwork(
              process,
              ProcessIdentity.of(holder).orElseThrow(() -> new IOException("its holder ended")),
              surroundings,
              connection,
              lifeline,
              held);
      made = true;
      return network;
    } catch (IOException e) {
      throw new IOException("a network for an instance cannot be made: " + e.getMessage(), e);
    } finally {
      tooLong.cancel(false);
      if (!made) {
        Programs.kill(process, builder);
        if (held != null) {
          held.close();
        }
        Files.deleteIfExists(lifeline);
      }
    }
  }

  private static String line(BufferedReader words) throws IOException {
    String line = words.readLine();
    if (line == null) {
      throw new IOException("its holder ended");
    }
    return line;
  }

  /** The process that is in the network, as the machine counts. */
  String holder() {
    return Long.toString(holder.pid());
  }

  /** What whoever needs the network from now on holds open for writing. */
  Path lifeline() {
    return lifeline;
  }

  /** Whether an instance can be put into it. */
  boolean usable(String present) {
    return surroundings.equals(present) && process.isAlive() && holder.alive();
  }

  /** What connects it with the machine; see {@link InstanceNetworks#connect}. */
  String connection() {
    return connection;
  }

  /** Lets go of it: it ends, unless somebody else holds it. */
  @Override
  public void close() throws IOException {
    held.close();
    Files.deleteIfExists(lifeline);
  }
}
