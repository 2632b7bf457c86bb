// SPDX-License-Identifier: Apache-2.0
package dev.atelier.bench;

import dev.atelier.it.AtelierServer;
import dev.atelier.proto.wsman.StopWorkspacePolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The figures of this manager on this machine. {@code all} measures them on servers of its own.
 * {@code local} and rates measures starts on the local runtime alone, at each rate; an address puts
 * starts on the server there. Every instance that it starts is stopped again.
 */
final class Bench {
  private static final Map<String, String> UNBOUNDED_LIFE =
      Map.of("atelier.timeouts.startup", "24h", "atelier.timeouts.retention", "1s");
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private Bench() {}

  public static void main(String[] arguments) throws Exception {
    System.out.printf(
        "machine: %d processors, %s, Java %s%n",
        Runtime.getRuntime().availableProcessors(), cpu(), Runtime.version());
    List<String> words = List.of(String.join(" ", arguments).strip().split(" +", -1));
    if (words.get(0).equals("all")) {
      Path idleRuntime = IdleRuntimeJar.make(program());
      starts(idleRuntime, "runtime that starts nothing", 1_000, List.of(50.0, 50.0));
      starts(program(), "local runtime", 200, List.of(20.0, 20.0));
      manyInstances(idleRuntime);
    } else if (words.get(0).equals("local")) {
      List<Double> rates = words.stream().skip(1).map(Double::valueOf).toList();
      starts(program(), "local runtime", 200, rates);
    } else {
      try (LoadGenerator load = new LoadGenerator(words.get(0), "bench")) {
        starts("server at " + words.get(0), load, 1_000, 50);
      }
    }
  }

  private static Path program() {
    return Path.of(System.getProperty("atelier.jar"));
  }

  private static String cpu() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 2))
          .findFirst()
          .orElse("unknown processor");
    }
  }

  private static void starts(Path jar, String name, int count, List<Double> rates)
      throws Exception {
    Path data = Files.createTempDirectory("atelier-bench");
    try (AtelierServer server = AtelierServer.start(jar, data, UNBOUNDED_LIFE);
        LoadGenerator load = new LoadGenerator("127.0.0.1:" + server.grpcPort(), "bench")) {
      load.stop(load.starts(200, 20, PATIENCE).ids(), StopWorkspacePolicy.ABORT, PATIENCE);
      for (double rate : rates) {
        starts(name, load, count, rate);
      }
    } finally {
      delete(data);
    }
  }

  private static void starts(String name, LoadGenerator load, int count, double rate)
      throws InterruptedException {
    LoadGenerator.Starts starts = load.starts(count, rate, PATIENCE);
    System.out.printf("%n%s: %d starts at %.0f/s%n", name, count, rate);
    System.out.println("  answer          " + starts.answers());
    System.out.println("  start..RUNNING  " + starts.running());
    System.out.printf("  refused %d, never ran %d%n", starts.refused(), starts.neverRan());
    load.stop(starts.ids(), StopWorkspacePolicy.ABORT, PATIENCE);
  }

  private static void manyInstances(Path jar) throws Exception {
    Path data = Files.createTempDirectory("atelier-bench");
    try (AtelierServer server = AtelierServer.start(jar, data, UNBOUNDED_LIFE);
        LoadGenerator load = new LoadGenerator("127.0.0.1:" + server.grpcPort(), "bench")) {
      System.out.printf("%nmany instances, on a runtime that starts nothing%n");
      idle(server, 0);
      List<String> ids = new ArrayList<>(load.starts(1_000, 200, PATIENCE).ids());
      idle(server, ids.size());
      for (int run = 1; run <= 2; run++) {
        System.out.printf(
            "  MarkActive, run %d: %.0f calls/s by 16 clients on %d instances%n",
            run, load.markActive(ids, 16, Duration.ofSeconds(15)), ids.size());
      }
      ids.addAll(load.starts(1_000, 200, PATIENCE).ids());
      load.getWorkspaces(50);
      for (int run = 1; run <= 2; run++) {
        System.out.printf(
            "  GetWorkspaces, run %d, of %d: %s%n", run, ids.size(), load.getWorkspaces(100));
      }
      ids.addAll(load.starts(8_000, 200, Duration.ofMinutes(3)).ids());
      idle(server, ids.size());
    } finally {
      delete(data);
    }
  }

  private static void idle(AtelierServer server, int instances) throws Exception {
    System.out.printf("  at %d instances: %s%n", instances, ProcessFigures.atRest(server.pid()));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      paths.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
    }
  }
}
