// SPDX-License-Identifier: Apache-2.0
package dev.atelier.bench;

import dev.atelier.workspace.content.ContentSandbox;
import dev.atelier.workspace.content.archive.Archive;
import dev.atelier.workspace.content.archive.ArchiveSettings;
import dev.atelier.workspace.content.archive.Archives;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;

/**
 * Archive and restore beside {@code tar --zstd} on the same trees, in turn: 100,000 small files,
 * and 4 files of 1 GB. Run with a small heap that is there from the start ({@code -Xms24m -Xmx24m
 * -XX:+AlwaysPreTouch}): what this process grows by is a figure too.
 *
 * <p>Arguments: a folder with 20 GB to spare, how many rounds, and {@code small} for the small
 * files alone. Profile {@code bench-archive} of this module runs it.
 */
public final class ArchiveBench {
  private static final Duration HOUR = Duration.ofHours(1);

  private final Path folder;
  private final int rounds;
  private final long idle = residentBytes();
  private long growth;
  private final Archives archives = new Archives(ArchiveSettings.defaults(), Thread::new);

  private ArchiveBench(Path folder, int rounds) {
    this.folder = folder;
    this.rounds = rounds;
  }

  public static void main(String[] arguments) throws Exception {
    ArchiveBench bench = new ArchiveBench(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    bench.measure("100,000 small files", bench.small());
    if (arguments.length == 2) {
      bench.measure("4 files of 1 GB", bench.large());
    }
  }

  private void measure(String name, Path tree) throws Exception {
    List<Double> packs = new ArrayList<>();
    List<Double> tarPacks = new ArrayList<>();
    List<Double> unpacks = new ArrayList<>();
    List<Double> tarUnpacks = new ArrayList<>();
    Path tar = folder.resolve("tar.tar.zst");
    Path ours = folder.resolve("ours.tar.zst");
    Path restored = folder.resolve("restored");
    Archive archive = pack(tree, ours);
    for (int i = 0; i < rounds; i++) {
      tarPacks.add(seconds(() -> run("tar", "--zstd", "-cf", "" + tar, "-C", "" + tree, ".")));
      packs.add(seconds(() -> watched(() -> pack(tree, ours))));
      Path byTar = Files.createDirectories(restored.resolve("tar" + i));
      tarUnpacks.add(seconds(() -> run("tar", "--zstd", "-xf", "" + tar, "-C", "" + byTar)));
      empty(byTar);
      Path byUs = Files.createDirectories(restored.resolve("ours" + i));
      unpacks.add(seconds(() -> watched(() -> unpack(byUs, ours, archive))));
      empty(byUs);
    }
    run("rm", "-rf", restored.toString());
    System.out.printf(
        Locale.ROOT,
        "%s: %d bytes, %d entries; archive %d bytes, tar's %d%n",
        name,
        archive.contentBytes(),
        archive.entries(),
        archive.compressedBytes(),
        Files.size(tar));
    row("  backup ", packs, tarPacks);
    row("  restore", unpacks, tarUnpacks);
    System.out.printf(
        Locale.ROOT,
        "  memory: %.0f MB beside a heap of %.0f MB%n",
        growth / 1e6,
        Runtime.getRuntime().maxMemory() / 1e6);
  }

  /**
   * Frees the disk, but keeps the files: ext4 looks for minutes past the numbers of deleted ones,
   * which makes the next restore ten times as slow, whosever it is.
   */
  private static void empty(Path tree) throws IOException, InterruptedException {
    run("find", tree.toString(), "-type", "f", "-exec", "truncate", "-s", "0", "{}", "+");
    run("sync");
  }

  /** Notes by how much this process is larger than at its start, where its heap was there. */
  private <T> T watched(Callable<T> work) throws Exception {
    Files.writeString(Path.of("/proc/self/clear_refs"), "5");
    T result = work.call();
    growth = Math.max(growth, peakBytes() - idle);
    return result;
  }

  private static void row(String what, List<Double> ours, List<Double> tar) {
    System.out.printf(
        Locale.ROOT,
        "%s: %.2f s, tar --zstd %.2f s, ratio %.2f   %s %s%n",
        what,
        median(ours),
        median(tar),
        median(ours) / median(tar),
        rounded(ours),
        rounded(tar));
  }

  private static List<String> rounded(List<Double> values) {
    return values.stream().map(value -> String.format(Locale.ROOT, "%.2f", value)).toList();
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private Archive pack(Path tree, Path file) throws Exception {
    try (OutputStream to = Files.newOutputStream(file)) {
      return archives.pack(new Plain(tree), to, HOUR);
    }
  }

  private Void unpack(Path target, Path file, Archive archive) throws Exception {
    try (InputStream from = Files.newInputStream(file)) {
      archives.unpack(new Plain(target), from, archive, Long.MAX_VALUE, HOUR);
    }
    return null;
  }

  private static double seconds(Callable<?> work) throws Exception {
    long start = System.nanoTime();
    work.call();
    return (System.nanoTime() - start) / 1e9;
  }

  private static Void run(String... command) throws IOException, InterruptedException {
    int code = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (code != 0) {
      throw new IOException(Arrays.toString(command) + " ended with " + code);
    }
    return null;
  }

  /** Sizes as in source trees: 0 to 8 KB, words and noise. */
  private Path small() throws IOException {
    Path tree = Files.createDirectories(folder.resolve("small"));
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      Path parent = tree.resolve("d" + i / 1000).resolve("e" + i / 50 % 20);
      if (i % 50 == 0) {
        Files.createDirectories(parent);
      }
      Path file = parent.resolve("file-" + i + ".txt");
      if (!Files.exists(file)) {
        Files.write(file, mixed(random, random.nextInt(8192)));
      }
    }
    return tree;
  }

  private Path large() throws IOException {
    Path tree = Files.createDirectories(folder.resolve("large"));
    Random random = new Random(2);
    for (int i = 0; i < 4; i++) {
      Path file = tree.resolve("file" + i);
      if (Files.exists(file)) {
        continue;
      }
      try (OutputStream to = Files.newOutputStream(file)) {
        for (int block = 0; block < 1024; block++) {
          to.write(mixed(random, 1 << 20));
        }
      }
    }
    return tree;
  }

  /** Half of it noise, half of it words. */
  private static byte[] mixed(Random random, int length) {
    byte[] data = new byte[length];
    random.nextBytes(data);
    for (int i = 0; i < length; i++) {
      if (i / 64 % 2 == 0) {
        data[i] = (byte) ("the quick brown fox jumps over it ".charAt(i % 34) + (data[i] & 1));
      }
    }
    return data;
  }

  private static long residentBytes() {
    return status("VmRSS:");
  }

  private static long peakBytes() {
    return status("VmHWM:");
  }

  private static long status(String key) {
    try (BufferedReader lines = Files.newBufferedReader(Path.of("/proc/self/status"))) {
      return lines
          .lines()
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    } catch (IOException e) {
      throw new IllegalStateException("this is no Linux", e);
    }
  }

  /** Programs straight on a folder. */
  private record Plain(Path folder) implements ContentSandbox {
    @Override
    public String workspaceFolder() {
      return folder.toString();
    }

    @Override
    public Process start(
        List<String> command, Map<String, String> environment, String directory, Network network)
        throws IOException {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      return builder.directory(folder.resolve(directory).toFile()).start();
    }
  }
}
