// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process that cannot be mistaken for another one that has got its number since.
 *
 * @param boot of the kernel
 * @param pid as the host counts
 * @param started in the kernel's ticks since its boot
 */
record ProcessIdentity(String boot, long pid, long started) {
  private static final Path PROC = Path.of("/proc");

  /**
   * Reads two lines: the boot's id, and what /proc has to say of the process. Empty when they are
   * not written in full yet.
   */
  static Optional<ProcessIdentity> parse(String text) {
    String[] lines = text.split("\n", -1);
    return lines.length < 3 ? Optional.empty() : Optional.of(of(lines[0].strip(), lines[1]));
  }

  /** Whoever has that number now; one that waits to be reaped has ended. */
  static Optional<ProcessIdentity> of(long pid) {
    try {
      String stat = Files.readString(PROC.resolve(pid + "/stat"));
      return fields(stat)[0].equals("Z") ? Optional.empty() : Optional.of(of(presentBoot(), stat));
    } catch (IOException e) {
      return Optional.empty(); // It has ended.
    }
  }

  private static String presentBoot() throws IOException {
    return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
  }

  private static ProcessIdentity of(String boot, String stat) {
    long pid = Long.parseLong(stat.substring(0, stat.indexOf(' ')));
    return new ProcessIdentity(boot, pid, Long.parseLong(fields(stat)[19]));
  }

  /** Those from the third on; the second, a name in parentheses, may hold anything. */
  private static String[] fields(String stat) {
    return stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1);
  }

  /** Whether it runs still. */
  boolean alive() {
    return of(pid).filter(this::equals).isPresent();
  }
}
