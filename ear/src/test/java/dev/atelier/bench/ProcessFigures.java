// SPDX-License-Identifier: Apache-2.0
package dev.atelier.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What a Java process takes, as Linux tells it. */
final class ProcessFigures {
  private static final int REST_SECONDS = 30;

  private ProcessFigures() {}

  /** Memory after a collection, and CPU time in 30 s of rest. */
  static String atRest(long pid) throws IOException, InterruptedException {
    Process collect =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    collect.waitFor();
    TimeUnit.SECONDS.sleep(8);
    long before = cpuMillis(pid);
    TimeUnit.SECONDS.sleep(REST_SECONDS);
    double percent = (cpuMillis(pid) - before) / 10.0 / REST_SECONDS;
    return "resident %d MB, CPU at rest %.1f %% of a core"
        .formatted(residentMegabytes(pid), percent);
  }

  /** User and system time; proc(5) has it in ticks, of which Linux has 100 a second. */
  static long cpuMillis(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return 10 * (Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
  }

  static long residentMegabytes(long pid) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElseThrow();
    }
  }
}
